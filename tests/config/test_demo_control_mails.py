"""The mailbox on the control site: everything escaped, HTML behind bars."""

from config.demo.parts import Parts
from tests.config.demo_site import Client, Elements, page, send_mail, with_site

EVIL = "<script>alert('evil')</script>"


def test_the_page_shows_mails_newest_first_and_escaped() -> None:
    async def story(client: Client, parts: Parts) -> None:
        await send_mail(parts, "older")
        await send_mail(parts, EVIL)
        for path in ("/", "/mailbox"):
            shown = await page(client, path)
            assert EVIL not in shown
            assert shown.index("&lt;script&gt;") < shown.index("older")

    with_site(story)


def test_the_page_shows_the_newest_mails_and_a_way_to_the_rest() -> None:
    async def story(client: Client, parts: Parts) -> None:
        for number in range(20):
            await send_mail(parts, f"mail number {number:02d}")
        shown = await page(client, "/")
        assert "mail number 00" in shown
        assert 'href="/mailbox"' not in shown

        await send_mail(parts, "mail number 20")
        shown = await page(client, "/")
        assert "mail number 00" not in shown
        assert "mail number 20" in shown
        assert "All 21 mails" in shown
        assert "mail number 00" in await page(client, "/mailbox")

    with_site(story)


def test_a_mail_is_shown_with_its_text_and_headers_escaped() -> None:
    async def story(client: Client, parts: Parts) -> None:
        await send_mail(parts, EVIL, text=f"text {EVIL}", html=f"<b>{EVIL}</b>")
        (mail,) = parts.mailbox.messages
        shown = await page(client, f"/mailbox/{mail.id}")
        assert EVIL not in shown
        assert "text &lt;script&gt;" in shown
        assert "X-RcptTo" in shown
        (frame,) = Elements(shown).attributes("iframe")
        assert frame["sandbox"] is None
        assert frame["src"] == f"/mailbox/{mail.id}/html"

    with_site(story)


def test_the_html_of_a_mail_comes_with_a_policy_that_allows_nothing() -> None:
    async def story(client: Client, parts: Parts) -> None:
        await send_mail(parts, "a", html="<b>bold</b>")
        response = await client.get(f"/mailbox/{parts.mailbox.messages[0].id}/html")
        assert await response.text() == "<b>bold</b>\n"
        directives = response.headers["Content-Security-Policy"].split("; ")
        assert {"sandbox", "default-src 'none'"} <= set(directives)

    with_site(story)


def test_an_unknown_mail_is_not_found() -> None:
    async def story(client: Client, parts: Parts) -> None:
        assert (await client.get("/mailbox/nothing")).status == 404
        assert (await client.get("/mailbox/nothing/html")).status == 404

    with_site(story)


def test_the_mailbox_is_listed_as_json_newest_first() -> None:
    async def story(client: Client, parts: Parts) -> None:
        await send_mail(parts, "older")
        await send_mail(parts, "newer", text="what happened")
        listed = await (await client.get("/mailbox.json")).json()
        assert [mail["subject"] for mail in listed] == ["newer", "older"]
        assert listed[0]["text"] == "what happened\n"
        assert set(listed[0]) >= {"subject", "from", "to", "date", "text", "message_id"}

    with_site(story)


def test_the_mailbox_is_emptied_by_delete_or_by_its_button() -> None:
    async def story(client: Client, parts: Parts) -> None:
        await send_mail(parts, "one")
        assert (await client.delete("/mailbox")).status == 204
        assert parts.mailbox.messages == []
        await send_mail(parts, "two")
        response = await client.post("/mailbox/clear", allow_redirects=False)
        assert (response.status, response.headers["Location"]) == (303, "/")
        assert parts.mailbox.messages == []
        assert "No mail yet" in await page(client, "/")

    with_site(story)


def test_a_mail_without_subject_and_text_can_still_be_opened() -> None:
    async def story(client: Client, parts: Parts) -> None:
        await send_mail(parts, " ", text="")
        shown = await page(client, f"/mailbox/{parts.mailbox.messages[0].id}")
        assert "(no subject)" in shown
        assert "(no text)" in shown

    with_site(story)
