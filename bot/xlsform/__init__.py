"""XLSForm workbooks in and out: the questionnaires of people who live in a spreadsheet."""
