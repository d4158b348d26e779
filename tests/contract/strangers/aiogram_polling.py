"""The echo bot of aiogram, asking for its updates."""

import asyncio

from tests.contract.strangers.aiogram_handlers import dispatcher, open_bot

if __name__ == "__main__":
    asyncio.run(dispatcher.start_polling(open_bot()))
