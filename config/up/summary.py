"""What a newcomer needs next: where to look, how to log in, what to type."""

from collections.abc import Mapping

from config.up.addresses import Addresses
from config.up.installation import Installation

_TEXT = """
  Console         {base}/
  Admin           {base}/admin/
  API docs        {base}/api/docs/
  Flower          http://127.0.0.1:{flower}/flower/
{demo}
  Login           admin / {password}
                  (kept in {secrets}; Flower's password is there too)
  Token, 24 h     {token}

  Push a metric, list the alerts:

curl -s {base}/api/v1/monitoring/metrics -H "Authorization: Bearer $(cat {token_file})" \\
  -H 'Content-Type: application/json' \\
  -d '{{"metric_name": "payment_success_total", "service_name": "payment-service", "value": 1,
       "type": "counter", "labels": {{"provider": "stripe", "currency": "USD"}}}}'
curl -s {base}/api/v1/monitoring/alerts -H "Authorization: Bearer $(cat {token_file})"

  Logs are in {logs}. `make status` shows processes and memory. Ctrl-C stops everything.
"""
_DEMO = "  Demo, mailbox   http://127.0.0.1:{control}/\n"
_UNSIGNED = "(only the holder of the private key can make one)"


def text(
    place: Installation,
    addresses: Addresses,
    secrets: Mapping[str, str],
    environ: Mapping[str, str],
) -> str:
    """Return the closing block; a password that the person set is not repeated."""
    set_by_hand = "ADMIN_PASSWORD" in environ or "ADMIN_PASSWORD_FILE" in environ
    control = addresses.control
    return _TEXT.format(
        base=addresses.base_url,
        flower=addresses.flower,
        demo="" if control is None else _DEMO.format(control=control),
        password="(ADMIN_PASSWORD as you set it)" if set_by_hand else secrets["ADMIN_PASSWORD"],
        secrets=place.secrets,
        token=place.admin_token.read_text(encoding="utf-8").strip() or _UNSIGNED,
        token_file=place.admin_token,
        logs=place.logs,
    )
