"""Chinese type on a machine that has none."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from fazhi.brief import fonts, theme


def test_a_cut_font_has_the_characters_asked_for_and_our_name() -> None:
    font = TTFont(io.BytesIO(fonts.cut("法治政府2020", fonts.BOLD)))
    assert set(map(ord, "法治政府20")) <= set(font.getBestCmap())
    assert font["name"].getDebugName(1) == fonts.FAMILY and "Noto" not in font["name"].getDebugName(6)
    assert font["OS/2"].usWeightClass == fonts.BOLD and "fvar" not in font


def test_bold_differs_from_regular() -> None:
    assert fonts.cut("法", fonts.REGULAR) != fonts.cut("法", fonts.BOLD)


def test_the_usual_characters_are_gb2312_and_all_are_covered() -> None:
    assert len(fonts.usual()) > 7000
    assert not fonts.missing(fonts.usual())


def test_missing_names_what_cannot_be_drawn_and_nothing_invisible() -> None:
    assert fonts.missing("法治\u200b\n\ue5e5") == "\ue5e5"


def test_css_embeds_one_font_with_its_licence() -> None:
    css = fonts.css("法治", "法")
    assert css.count("@font-face") == 2 and "SIL Open Font License" in css and "url(\"data:font/woff;base64," in css
    assert "http" not in css.split("*/", 1)[1]


def test_a_character_beyond_the_usual_gets_a_font_and_an_unknown_one_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAZHI_CACHE", str(tmp_path))
    rare = next(chr(c) for c in range(0x4DB0, 0x3400, -1) if c in fonts.covered() and chr(c) not in fonts.usual())
    families = fonts.register(f"{rare}市")
    assert families[0] == fonts.FAMILY and len(families) > 1
    assert [p.suffix for p in (tmp_path / "fonts").iterdir()] and not list(tmp_path.rglob("*.part"))
    with pytest.raises(fonts.MissingGlyph, match="U\\+E5E5"):
        fonts.register("\ue5e5")


def test_a_damaged_cached_font_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAZHI_CACHE", str(tmp_path))
    path = fonts._kept("法治", fonts.REGULAR, fonts.FAMILY)
    good = path.read_bytes()
    path.write_bytes(b"")
    assert fonts._kept("法治", fonts.REGULAR, fonts.FAMILY).read_bytes() == good


def test_matplotlib_draws_chinese_or_says_what_it_lacks() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    def draw(text: str) -> None:
        figure = Figure()
        FigureCanvasAgg(figure)
        figure.text(0.5, 0.5, text)
        figure.savefig(io.BytesIO())

    with theme.matplotlib_style("法治政府建设年度报告"):
        draw("法治政府建设年度报告 2080余件")
    with pytest.raises(fonts.FontError, match="missing"), theme.matplotlib_style(""):
        draw("\ue5e5")
