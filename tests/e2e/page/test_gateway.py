"""Models, their places, the playground, usage, limits: from the provider's address to the bill."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import PHONE, accessibility_violations, overflows, sign_in, visitor
from tests.e2e.installation import Server
from tests.e2e.page.model_server import model_server

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def model(server: Server) -> Iterator[str]:
    """`echo`, which runs at the provider `cage` and costs 1 in and 2 out per million tokens."""
    gateway = "/api/v1/gateway"
    with model_server() as url:
        for path, body in (
            ("providers", {"name": "cage", "url": url}),
            ("models", {"name": "echo"}),
            (
                "deployments",
                {
                    "model": "echo",
                    "provider": "cage",
                    "upstream_name": "parrot",
                    "price": {"prompt": "1", "completion": "2"},
                },
            ),
        ):
            server.client.post(f"{gateway}/{path}", json=body).raise_for_status()
        yield "echo"
        server.client.delete(f"{gateway}/models/echo").raise_for_status()
        server.client.delete(f"{gateway}/providers/cage").raise_for_status()


def test_a_model_is_added_with_its_provider_and_place(page: Page) -> None:
    with model_server() as url:
        page.goto("/models")
        expect(page.get_by_role("listitem").filter(has_text="bastide-reader").first).to_contain_text(
            "built in"
        )
        page.get_by_role("button", name="New provider").click()
        page.get_by_label("Name", exact=True).fill("perch")
        page.get_by_label("Address").fill(url)
        page.get_by_role("dialog").get_by_role("button", name="Add").click()
        expect(page.get_by_role("listitem").filter(has_text="perch").last).to_contain_text("answers")

        page.get_by_role("button", name="New model").click()
        page.get_by_label("Name", exact=True).fill("house/bird")
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        bird = page.get_by_role("listitem").filter(has_text="house/bird").first
        expect(bird).to_contain_text("It runs nowhere yet.")
        bird.get_by_role("button", name="Add a place").click()
        assert not accessibility_violations(page)
        page.get_by_label("Provider", exact=True).select_option("perch")
        page.get_by_label("Name of the model there").fill("parrot")
        page.get_by_label("In", exact=True).fill("0,5")
        page.get_by_label("Out", exact=True).fill("1.5")
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(bird).to_contain_text("0.50 in, 1.50 out per million tokens")
        expect(bird).to_contain_text("answers")

        bird.get_by_role("button", name="Change – house/bird, perch").click()
        page.get_by_label("Out", exact=True).fill("3")
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(bird).to_contain_text("3.00 out")
        bird.get_by_role("button", name="Change – house/bird", exact=True).click()
        page.get_by_label("Let the built-in reader answer last of all").check()
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(bird).to_contain_text("else the built-in reader")

        page.get_by_role("button", name="Change – perch").click()
        page.get_by_label("Where it stands").select_option("cloud")
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(bird).to_contain_text("Cloud")
        bird.get_by_role("button", name="Remove – house/bird", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(page.get_by_text("Remove the model")).to_have_count(0)
        page.get_by_role("button", name="Remove – perch").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(page.get_by_text("perch")).to_have_count(0)


def test_two_models_answer_side_by_side(page: Page, model: str) -> None:
    page.goto("/playground")
    page.get_by_label("Model", exact=True).select_option(model)
    page.get_by_label("System prompt").fill("Repeat.")
    page.get_by_label("Temperature").fill("0.5")
    page.get_by_label("Your message").fill("Good morning")
    page.keyboard.press("Control+Enter")
    left = page.get_by_role("region", name="Model: echo")
    expect(left).to_contain_text("Good morning (2 messages, temperature 0.5)")
    expect(left.locator("strong")).to_have_text("You said:")
    facts = left.get_by_test_id("facts")
    expect(facts).to_contain_text("first word after")
    expect(facts).to_contain_text("12 tokens in, 8 out")
    expect(facts).to_contain_text("cost 0.000028")  # 12 × 1 and 8 × 2 millionths

    page.get_by_label("Compare two models").check()
    page.get_by_label("Model 2", exact=True).select_option("bastide-reader")
    page.get_by_label("Your message").fill("How long are access logs kept?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("region", name="Model 1: echo")).to_contain_text("(4 messages, temperature 0.5)")
    expect(page.get_by_role("region", name="Model 2: bastide-reader")).to_contain_text("logs")
    expect(page.get_by_test_id("facts").last).to_contain_text("cost")
    assert not accessibility_violations(page)
    page.get_by_role("button", name="Start anew").click()
    expect(page.get_by_text("Nothing said yet.").first).to_be_visible()


def test_usage_is_shown_as_chart_table_and_file(page: Page, server: Server, model: str) -> None:
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}], "stream": True}
    for _ in range(3):
        server.client.post("/v1/chat/completions", json=body).raise_for_status()
    page.goto("/usage")
    row = page.get_by_role("row").filter(has_text=model)
    expect(row).to_be_visible()
    chart = page.get_by_role("slider")
    assert f"{model} " in (chart.get_attribute("aria-valuetext") or "")
    shown = page.get_by_test_id("chart-values")
    today = shown.inner_text()
    chart.press("ArrowLeft")
    assert shown.inner_text() != today
    box = chart.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + 40)
    assert shown.inner_text() == today
    page.get_by_label("Shown").select_option("cost")
    page.get_by_label("Split by").select_option("user")
    expect(page.get_by_role("columnheader", name="Person")).to_be_visible()
    page.get_by_label("Split by").select_option("model")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("day,model,model_name,requests")
    assert any(f",{model}," in line for line in lines)
    assert not accessibility_violations(page)

    page.get_by_role("button", name="Calls", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="echo").first).to_contain_text("12 + 8")
    assert not accessibility_violations(page)


def test_a_budget_is_set_used_changed_and_removed(page: Page, server: Server, model: str) -> None:
    page.goto("/usage?view=limits")
    page.get_by_role("button", name="New limit").click()
    page.get_by_label("Whose use").select_option("model")
    page.get_by_label("Of which").select_option(model)
    page.get_by_label("What is counted").select_option("requests")
    page.get_by_label("At most so many calls").fill("1000")
    page.get_by_label("Tell at").fill("80, 100")
    assert not accessibility_violations(page)
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    limit = page.get_by_role("listitem").filter(has_text=f"Model {model}").first
    expect(limit).to_contain_text("1,000 calls per day · told at 80, 100 %")
    used = int(limit.get_by_role("progressbar").get_attribute("aria-label").split(" ")[0])  # type: ignore[union-attr]

    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}], "stream": True}
    server.client.post("/v1/chat/completions", json=body).raise_for_status()
    page.reload()
    expect(limit).to_contain_text(f"{used + 1} of 1,000 used")
    page.get_by_label("Model", exact=True).select_option(model)
    expect(page.get_by_role("listitem").filter(has_text=f"Model {model}")).to_have_count(2)
    assert not accessibility_violations(page)

    limit.get_by_role("button", name="Change the limit").click()
    page.get_by_label("At most so many calls").fill("2000")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(limit).to_contain_text("2,000 calls per day")
    limit.get_by_role("button", name="Remove the limit").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("There is no limit yet.")).to_be_visible()


def test_somebody_without_rights_sees_their_own(browser: Browser, server: Server, model: str) -> None:
    server.person("rene@example.org")
    with visitor(browser, server.url, viewport=PHONE, locale="fr-FR") as page:
        sign_in(page, "rene@example.org")
        page.goto("/usage")
        expect(page.get_by_text("Rien n’a été envoyé à un modèle pendant ce temps.")).to_be_visible()
        page.get_by_role("button", name="Limites et budgets").click()
        expect(page.get_by_text("Ce que rencontrent vos propres appels")).to_be_visible()
        expect(page.get_by_role("button", name="Nouvelle limite")).to_have_count(0)
        page.goto("/playground")
        page.get_by_label("Modèle", exact=True).select_option(model)
        page.get_by_label("Votre message").fill("Bonjour")
        page.get_by_role("button", name="Envoyer").click()
        expect(page.get_by_test_id("facts")).to_contain_text("coût")
        assert not overflows(page)
        page.goto("/usage")
        expect(page.get_by_role("row").filter(has_text=model)).to_be_visible()
        assert not overflows(page)
        assert not accessibility_violations(page)


def test_the_version_of_the_interface_is_asked_for_where_there_is_one(page: Page, server: Server) -> None:
    page.goto("/models")
    page.get_by_role("button", name="New provider").click()
    version = page.get_by_label("Version of the interface")
    expect(version).to_have_count(0)
    page.get_by_label("Protocol").select_option("azure")
    page.get_by_label("Name", exact=True).fill("blue")
    page.get_by_label("Address").fill("https://blue.openai.azure.invalid")
    version.fill("2024-10-21")
    assert not accessibility_violations(page)
    page.get_by_role("dialog").get_by_role("button", name="Add").click()
    expect(page.get_by_role("dialog")).to_have_count(0)

    def known() -> str | None:
        items = server.client.get("/api/v1/gateway/providers").json()["items"]
        return next(one["api_version"] for one in items if one["name"] == "blue")

    assert known() == "2024-10-21"
    page.get_by_role("button", name="Change – blue").click()
    expect(version).to_have_value("2024-10-21")
    version.fill("")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert known() is None
    server.client.delete("/api/v1/gateway/providers/blue").raise_for_status()
