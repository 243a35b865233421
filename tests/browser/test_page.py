"""What a long sitting leaves behind: nodes, panels, computations under way."""

import pytest

from . import steps

UNDER_WAY = """() => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  window.underWay = {now: 0, most: 0, asked: 0};
  kernel.anyMessage.connect((_, {direction, msg}) => {
    if (msg.header.msg_type !== "comm_msg") return;
    const data = msg.content.data;
    const count = window.underWay;
    if (direction === "send" && ["changes", "settle"].includes(data.content?.type)) {
      count.asked += 1;
      count.now += 1;
      count.most = Math.max(count.most, count.now);
    }
    if (direction === "recv" && data.state?.page) count.now -= 1;
  });
}"""


def opened(lab, page):
    lab.run(page, "01_explore.ipynb")
    steps.ready(page)
    page.evaluate("document.querySelector('.ism .boxed').open = true")  # closed in a small panel
    steps.slider(page, "diagnosis", "awareness.ratio").focus()


def test_after_200_changes_the_page_has_no_more_nodes_than_after_20(lab, watched):
    opened(lab, watched.page)
    after_20, after_200 = steps.nodes_while_moving(watched.page, (20, 200))
    assert after_200 <= after_20
    watched.clean()


def test_a_burst_never_has_two_computations_under_way(lab, watched):
    page = watched.page
    opened(lab, page)
    page.evaluate(UNDER_WAY)
    for pause, arrow in ((0, "Right"), (15, "Left"), (40, "Right")):
        steps.after(page, lambda: burst(page, arrow, pause))  # noqa: B023
    count = page.evaluate("window.underWay")
    assert count["most"] == 1
    assert count["now"] == 0
    assert 3 <= count["asked"] <= 3 * 42
    watched.clean()


@pytest.mark.parametrize("width", [1480, 1100, 800])
def test_the_chart_stays_where_it_is_while_numbers_change(lab, watched, width):
    page = watched.page
    page.set_viewport_size({"width": width, "height": 1000})
    opened(lab, page)
    for tab in ("forecast", "why", "matters"):
        steps.open_tab(page, tab)
        places = {place(page)}
        for key in ("End", "Home", "PageUp"):
            steps.slider(page, "diagnosis", "awareness.ratio").focus()
            steps.after(page, lambda: page.keyboard.press(key))  # noqa: B023
            places.add(place(page))
        assert len(places) == 1
    watched.clean()


def place(page):
    """The top of the chart and of the table below it, px from the top of the panel."""
    return tuple(
        page.evaluate(
            "() => ['.chart:not([hidden])', '.tabled'].map(s => Math.round("
            "document.querySelector('.ism ' + s).getBoundingClientRect().top"
            " - document.querySelector('.ism').getBoundingClientRect().top))"
        )
    )


def burst(page, arrow, pause):
    for _ in range(40):
        page.keyboard.press(f"Arrow{arrow}")
        page.wait_for_timeout(pause)


def test_running_the_cell_eight_times_again_leaves_no_former_panel(lab, watched):
    assert steps.panels_after_runs(lab, watched.page, 8) == [1] * 9
    watched.page.wait_for_timeout(300)
    assert watched.page.locator(".ism").count() == 1
    watched.clean()
