//! What is drawn for a given output, down to the element.

use super::super::ansi::parse;
use super::*;

/// The `<text>` elements of the output alone, without the prompt.
fn text_of(output: &str) -> Vec<String> {
    let svg = draw(&parse(output), 10, "x");
    svg.lines()
        .filter(|line| line.starts_with("<text"))
        .skip(1)
        .map(ToOwned::to_owned)
        .collect()
}

fn cuts(output: &str) -> Vec<(usize, String)> {
    let lines = parse(output);
    runs(&lines[0])
        .into_iter()
        .map(|run| (run.start, run.text))
        .collect()
}

#[test]
fn a_whole_picture_is_what_it_was() {
    let drawn = draw(
        &parse("\u{1b}[1;32mok\u{1b}[0m <1 ms>\n"),
        20,
        "netopt probe",
    );
    let expected = "\
<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"204\" height=\"112\" viewBox=\"0 0 204 112\" role=\"img\" aria-label=\"netopt probe\">
<title>netopt probe</title>
<rect width=\"204\" height=\"112\" rx=\"10\" fill=\"#16181d\"/>
<circle cx=\"20\" cy=\"17\" r=\"6\" fill=\"#ec6a5e\"/>
<circle cx=\"40\" cy=\"17\" r=\"6\" fill=\"#f4bf4f\"/>
<circle cx=\"60\" cy=\"17\" r=\"6\" fill=\"#61c554\"/>
<g font-family=\"ui-monospace,SFMono-Regular,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace\" font-size=\"14\" fill=\"#d7dae0\">
<text y=\"48.7\" xml:space=\"preserve\"><tspan x=\"18\" textLength=\"8.4\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#8fc47c\" font-weight=\"700\">$</tspan><tspan x=\"26.4\" textLength=\"109.2\" lengthAdjust=\"spacingAndGlyphs\"> netopt probe</tspan></text>
<text y=\"88.7\" xml:space=\"preserve\"><tspan x=\"18\" textLength=\"16.8\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#8fc47c\" font-weight=\"700\">ok</tspan><tspan x=\"34.8\" textLength=\"58.8\" lengthAdjust=\"spacingAndGlyphs\"> &lt;1 ms&gt;</tspan></text>
</g>
</svg>
";
    assert_eq!(drawn, expected);
}

#[test]
fn columns_stay_where_their_cells_are() {
    assert_eq!(
        cuts("p50   12 ms  x"),
        [
            (0, "p50".into()),
            (3, "   ".into()),
            (6, "12 ms".into()),
            (11, "  ".into()),
            (13, "x".into())
        ]
    );
}

#[test]
fn drawn_characters_are_runs_of_their_own() {
    assert_eq!(
        cuts("a ██ b"),
        [(0, "a ".into()), (2, "██".into()), (4, " b".into())]
    );
}

#[test]
fn a_blank_of_another_style_makes_no_gap() {
    assert_eq!(
        cuts("a \u{1b}[41m 1 \u{1b}[0m b"),
        [(0, "a ".into()), (2, " 1 ".into()), (5, " b".into())]
    );
}

#[test]
fn every_cell_is_in_exactly_one_run() {
    let output = "  \u{1b}[1mdns\u{1b}[0m  ▏▎ 1 ms   \u{1b}[2mn=40\u{1b}[0m";
    let lines = parse(output);
    let mut next = 0;
    for run in runs(&lines[0]) {
        assert_eq!(run.start, next);
        next += run.cells();
    }
    assert_eq!(next, lines[0].len());
}

#[test]
fn gaps_and_empty_lines_draw_nothing() {
    assert!(text_of("\n   \n").is_empty());
    assert_eq!(text_of("a    b")[0].matches("<tspan").count(), 2);
}

#[test]
fn styles_become_attributes() {
    let line = &text_of("\u{1b}[2;3;4;38;5;208mx")[0];
    for attribute in [
        "fill=\"#ff8700\"",
        "fill-opacity=\"0.6\"",
        "font-style=\"italic\"",
        "text-decoration=\"underline\"",
    ] {
        assert!(line.contains(attribute), "{attribute} in {line}");
    }
}

#[test]
fn reverse_swaps_letter_and_ground() {
    let svg = draw(&parse("\u{1b}[7;31mx"), 10, "x");
    let red = Colour::Indexed(1).to_hex();
    assert!(
        svg.contains(&format!(
            "<rect x=\"18\" y=\"74\" width=\"8.4\" height=\"20\" fill=\"{red}\" shape-rendering=\"crispEdges\"/>"
        )),
        "{svg}"
    );
    assert!(
        svg.contains(&format!(" fill=\"{BACKGROUND}\">x</tspan>")),
        "{svg}"
    );
}

#[test]
fn a_line_wider_than_the_terminal_widens_the_window() {
    let svg = draw(&parse(&"x".repeat(30)), 10, "x");
    assert!(
        svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"288\""),
        "{svg}"
    );
}
