"""XLSForm workbooks, made by the tests, read and written."""
