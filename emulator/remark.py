"""An answer with a sentence beside its result, as setWebhook gives it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Remark:
    """What a method returns, and what Telegram says with it."""

    result: bool
    description: str
