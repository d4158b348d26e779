"""The echo bot of python-telegram-bot, asking for its updates."""

from telegram import Update

from tests.contract.strangers.ptb_handlers import add_handlers, application

if __name__ == "__main__":
    app = application().build()
    add_handlers(app)
    app.run_polling(allowed_updates=Update.ALL_TYPES)
