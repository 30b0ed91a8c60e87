"""What follows here when something happens elsewhere."""

from accounts.events import AccountClosed
from api.services import revoke_all


def account_closed(event: AccountClosed) -> None:
    """No program acts any more for somebody whose account is closed."""
    revoke_all(event.user)
