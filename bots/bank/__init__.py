"""Bank files (全銀): check payments, make transfer files once, read them back."""

from bots.bank.actions import check, read_transfer, withdraw, write_transfer
from bots.bank.batches import Sender
from bots.bank.payments import PaymentColumns

__all__ = ["PaymentColumns", "Sender", "check", "read_transfer", "withdraw", "write_transfer"]
