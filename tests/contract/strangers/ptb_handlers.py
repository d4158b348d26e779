"""An echo bot of python-telegram-bot: what it does, however its updates reach it."""

# mypy: disable-error-code="union-attr,arg-type,type-arg,index"
# As the library's own pages show it: they leave out what can be None.

import os

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import Forbidden
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    PollAnswerHandler,
    filters,
)

Context = ContextTypes.DEFAULT_TYPE


async def start(update: Update, _context: Context) -> None:
    button = InlineKeyboardButton("Press me", callback_data="pressed")
    await update.message.reply_html("<b>Welcome</b>", reply_markup=InlineKeyboardMarkup([[button]]))


async def echo(update: Update, _context: Context) -> None:
    await update.message.reply_text(update.message.text)


async def press(update: Update, _context: Context) -> None:
    await update.callback_query.answer("Thank you")
    await update.callback_query.edit_message_text(f"You pressed: {update.callback_query.data}")


async def picture(update: Update, _context: Context) -> None:
    await update.message.reply_photo(update.message.photo[-1].file_id, caption="Your picture")


async def document(update: Update, _context: Context) -> None:
    file = await update.message.document.get_file()
    content = await file.download_as_bytearray()
    await update.message.reply_document(bytes(content), filename="again.pdf", caption=f"{len(content)} bytes")


async def poll(update: Update, context: Context) -> None:
    await context.bot.send_poll(update.effective_chat.id, "Which day?", ["Monday", "Friday"], is_anonymous=False)


async def vote(update: Update, context: Context) -> None:
    chosen = update.poll_answer.option_ids
    await context.bot.send_message(update.poll_answer.user.id, f"You chose {list(chosen)}")


async def changed(update: Update, _context: Context) -> None:
    await update.edited_message.reply_text(f"You changed it to: {update.edited_message.text}")


async def member(update: Update, context: Context) -> None:
    try:
        await context.bot.send_message(update.effective_chat.id, "Welcome back")
    except Forbidden as refused:
        print(refused.message, flush=True)


def application() -> ApplicationBuilder:
    api = os.environ["BOT_API"]
    builder = ApplicationBuilder().token(os.environ["BOT_TOKEN"])
    return builder.base_url(f"{api}/bot").base_file_url(f"{api}/file/bot")


def add_handlers(app: Application) -> None:
    app.add_handler(CommandHandler("start", start))
    app.add_handler(CommandHandler("poll", poll))
    app.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, changed))
    app.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    app.add_handler(MessageHandler(filters.PHOTO, picture))
    app.add_handler(MessageHandler(filters.Document.ALL, document))
    app.add_handler(CallbackQueryHandler(press))
    app.add_handler(PollAnswerHandler(vote))
    app.add_handler(ChatMemberHandler(member, ChatMemberHandler.MY_CHAT_MEMBER))
