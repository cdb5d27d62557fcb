"""Takes the README's pictures from the page, with the real bot in a playground; run as a program."""

import asyncio
import io
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from openai import AsyncOpenAI
from PIL import Image
from playwright.async_api import Browser, async_playwright, expect

from bot.store import migrate
from tests.page.conftest import CHROMIUM, FLAGS, TOKEN, Seen, set_up
from tests.scenarios.conftest import opened

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
WIDTH, HEIGHT = 1180, 720
COLORS = 128  # a third of the bytes, and nobody sees it
BASE = "gpt-4.1-mini-2025-04-14"
EXAMPLE = b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ahoy"}]}\n'
Take = Callable[[Seen], Awaitable[None]]


async def thread(seen: Seen) -> None:
    """A conversation in a thread."""
    await seen.says("@patchbay Write a Python function that tidies a list.")
    await seen.channel.get_by_role("button", name="1 reply").click()
    answers = seen.thread.get_by_role("article")
    await expect(answers.last).to_contain_text("tokens in", timeout=30_000)
    await seen.says("And sorting it, as a table?", "Reply")
    await expect(answers).to_have_count(4, timeout=30_000)
    await expect(answers.last).to_contain_text("tokens in", timeout=30_000)


async def form(seen: Seen) -> None:
    """A module's form."""
    await seen.says("/openai-image")
    await seen.form.get_by_role("button", name="Run").wait_for()


async def moderation(seen: Seen) -> None:
    """What a moderation says."""
    await seen.says("/openai-moderate I will hurt you tomorrow")
    await expect(seen.channel.get_by_role("article").last).to_contain_text(
        "violence", ignore_case=True, timeout=20_000
    )


async def job(seen: Seen) -> None:
    """A followed job at its end: the card, and its thread with the loss curve."""
    pace, key = seen.playground.openai.pace, seen.playground.openai.key.secret
    pace.steps, pace.step = 120, 0.1
    async with AsyncOpenAI(api_key=key, base_url=seen.playground.openai_url) as openai:
        file = await openai.files.create(file=("greetings.jsonl", EXAMPLE * 40), purpose="fine-tune")
        made = await openai.fine_tuning.jobs.create(
            model=BASE, training_file=file.id, validation_file=file.id, suffix="greetings"
        )
    await seen.says(f"/openai-finetune follow {made.id}")
    await seen.channel.get_by_text("succeeded").first.wait_for(timeout=90_000)
    await seen.channel.get_by_role("button", name="replies").first.click()
    await expect(seen.thread.get_by_role("button", name="Try it")).to_have_count(1, timeout=30_000)
    await seen.thread.locator("img[alt*=loss]").first.scroll_into_view_if_needed()


async def home(seen: Seen) -> None:
    """The App Home tab."""
    await seen.page.get_by_role("button", name="Patchbay App").click()
    await seen.page.get_by_role("tab", name="Home").click()
    await expect(seen.page.get_by_role("tabpanel")).to_contain_text("/openai chat")


async def inspector(seen: Seen) -> None:
    """The inspector beside a conversation."""
    await seen.page.get_by_role("button", name="Inspector").click()
    await seen.says("@patchbay Explain how vaccines work.")
    requests = seen.page.get_by_role("list", name="Requests")
    await expect(requests.locator("li", has_text="/v1/chat/completions")).to_have_count(1, timeout=20_000)


async def phone(seen: Seen) -> None:
    """A phone's width, in the dark."""
    await seen.page.emulate_media(color_scheme="dark")
    await seen.page.set_viewport_size({"width": 390, "height": HEIGHT})
    await thread(seen)


TAKEN: tuple[Take, ...] = (thread, form, moderation, job, home, inspector, phone)


async def take(browser: Browser, work: Take, folder: Path) -> None:
    """One picture, of a playground of its own."""
    with tempfile.TemporaryDirectory() as made:
        url = f"sqlite:///{Path(made) / 'pictures.db'}"
        await migrate(url)
        async with opened(url) as house:
            house.playground.slack.control_token = TOKEN
            await set_up(house.playground, house.playground.slack.app.events_url or "")
            page = await browser.new_page(
                viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5, reduced_motion="reduce"
            )
            seen = await Seen(page, house.playground).comes("ada/C0GENERAL")
            await work(seen)
            await page.wait_for_load_state("load")
            taken = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
            few = taken.quantize(COLORS, dither=Image.Dither.NONE)
            few.save(folder / f"{work.__name__}.png", optimize=True)
            await page.close()


async def main() -> None:
    """All pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if CHROMIUM is None:
        raise SystemExit("make pictures needs Chromium: apt-get install chromium")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for work in TAKEN:
            await take(browser, work, FOLDER)
            print(f"docs/pictures/{work.__name__}.png")  # noqa: T201 - says what it made
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
