"""An echo bot of aiogram: what it does, however its updates reach it."""

# mypy: disable-error-code="union-attr,arg-type,type-arg,index"
# As the library's own pages show it: they leave out what can be None.

import os

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramForbiddenError
from aiogram.filters import Command, CommandStart
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    PollAnswer,
)

dispatcher = Dispatcher()


@dispatcher.message(CommandStart())
async def start(message: Message) -> None:
    button = InlineKeyboardButton(text="Press me", callback_data="pressed")
    await message.answer("<b>Welcome</b>", parse_mode="HTML", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))


@dispatcher.message(Command("poll"))
async def poll(message: Message) -> None:
    await message.answer_poll("Which day?", ["Monday", "Friday"], is_anonymous=False)


@dispatcher.message(F.text)
async def echo(message: Message) -> None:
    await message.send_copy(message.chat.id)


@dispatcher.message(F.photo)
async def picture(message: Message) -> None:
    await message.answer_photo(message.photo[-1].file_id, caption="Your picture")


@dispatcher.message(F.document)
async def document(message: Message, bot: Bot) -> None:
    content = (await bot.download(message.document)).read()
    await message.answer_document(BufferedInputFile(content, "again.pdf"), caption=f"{len(content)} bytes")


@dispatcher.edited_message()
async def changed(message: Message) -> None:
    await message.answer(f"You changed it to: {message.text}")


@dispatcher.callback_query()
async def press(query: CallbackQuery) -> None:
    await query.answer("Thank you")
    await query.message.edit_text(f"You pressed: {query.data}")


@dispatcher.poll_answer()
async def vote(answer: PollAnswer, bot: Bot) -> None:
    await bot.send_message(answer.user.id, f"You chose {answer.option_ids}")


@dispatcher.my_chat_member()
async def member(changed_to: ChatMemberUpdated, bot: Bot) -> None:
    try:
        await bot.send_message(changed_to.chat.id, "Welcome back")
    except TelegramForbiddenError as refused:
        print(refused.message, flush=True)


def open_bot() -> Bot:
    server = TelegramAPIServer.from_base(os.environ["BOT_API"])
    return Bot(os.environ["BOT_TOKEN"], session=AiohttpSession(api=server))
