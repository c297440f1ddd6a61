//! Reads the output of a program as a terminal would: lines of cells, each a character in a style.
//!
//! Of the escape sequences only the styles (SGR) have an effect; all others, such as cursor movements and
//! hyperlinks, are passed over. A character is one cell wide, which holds for what netopt prints.

use std::iter::Peekable;
use std::str::Chars;

use super::colour::Colour;

/// How a character looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Style {
    /// The colour of the letter; the terminal's own when absent.
    pub(super) foreground: Option<Colour>,
    /// The colour behind it; none when absent.
    pub(super) background: Option<Colour>,
    /// Heavier, lighter, slanted and so on.
    pub(super) attributes: Attributes,
}

/// The attributes of a style, as a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Attributes(u8);

impl Attributes {
    pub(super) const BOLD: Self = Self(1);
    pub(super) const DIM: Self = Self(1 << 1);
    pub(super) const ITALIC: Self = Self(1 << 2);
    pub(super) const UNDERLINE: Self = Self(1 << 3);
    pub(super) const REVERSE: Self = Self(1 << 4);

    /// Whether all of `others` are set.
    pub(super) fn contains(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// With `others` set.
    pub(super) fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }
}

/// A character in a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) character: char,
    pub(super) style: Style,
}

/// The distance of tab stops, in cells.
const TAB: usize = 8;

/// The lines of `output`, without the empty ones at its end.
pub(super) fn parse(output: &str) -> Vec<Vec<Cell>> {
    let mut lines = vec![Vec::new()];
    let mut style = Style::default();
    let mut characters = output.chars().peekable();
    while let Some(character) = characters.next() {
        let line: &mut Vec<Cell> = lines.last_mut().expect("there is always a line");
        match character {
            '\n' => lines.push(Vec::new()),
            // A return that does not end the line begins it anew.
            '\r' if characters.peek() != Some(&'\n') => line.clear(),
            '\t' => {
                let stop = (line.len() / TAB + 1) * TAB;
                line.resize(
                    stop,
                    Cell {
                        character: ' ',
                        style,
                    },
                );
            }
            '\u{1b}' => escape(&mut characters, &mut style),
            _ if character.is_control() => {}
            _ => line.push(Cell { character, style }),
        }
    }
    while lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines
}

/// Reads one escape sequence, from behind its first character, into `style`.
fn escape(characters: &mut Peekable<Chars<'_>>, style: &mut Style) {
    match characters.next() {
        Some('[') => {
            let mut parameters = String::new();
            for character in characters.by_ref() {
                if ('\u{40}'..='\u{7e}').contains(&character) {
                    if character == 'm' {
                        *style = restyle(*style, &parameters);
                    }
                    return;
                }
                parameters.push(character);
            }
        }
        // An operating system command ends at a bell or at `ESC \`.
        Some(']') => {
            while let Some(character) = characters.next() {
                if character == '\u{7}'
                    || (character == '\u{1b}' && characters.next_if_eq(&'\\').is_some())
                {
                    return;
                }
            }
        }
        _ => {}
    }
}

/// The style after `ESC [ parameters m`.
fn restyle(mut style: Style, parameters: &str) -> Style {
    // An empty parameter is a zero.
    let mut codes = parameters
        .split(';')
        .map(|code| code.parse().unwrap_or(0_u8));
    while let Some(code) = codes.next() {
        let attributes = style.attributes;
        match code {
            0 => style = Style::default(),
            1 => style.attributes = attributes.with(Attributes::BOLD),
            2 => style.attributes = attributes.with(Attributes::DIM),
            3 => style.attributes = attributes.with(Attributes::ITALIC),
            4 => style.attributes = attributes.with(Attributes::UNDERLINE),
            7 => style.attributes = attributes.with(Attributes::REVERSE),
            22 => style.attributes = attributes.without(Attributes::BOLD.with(Attributes::DIM)),
            23 => style.attributes = attributes.without(Attributes::ITALIC),
            24 => style.attributes = attributes.without(Attributes::UNDERLINE),
            27 => style.attributes = attributes.without(Attributes::REVERSE),
            30..=37 => style.foreground = Some(Colour::Indexed(code - 30)),
            38 => style.foreground = extended(&mut codes),
            39 => style.foreground = None,
            40..=47 => style.background = Some(Colour::Indexed(code - 40)),
            48 => style.background = extended(&mut codes),
            49 => style.background = None,
            90..=97 => style.foreground = Some(Colour::Indexed(code - 90 + 8)),
            100..=107 => style.background = Some(Colour::Indexed(code - 100 + 8)),
            _ => {}
        }
    }
    style
}

/// The colour behind a 38 or 48: `5;INDEX` or `2;RED;GREEN;BLUE`.
fn extended(codes: &mut impl Iterator<Item = u8>) -> Option<Colour> {
    match codes.next()? {
        5 => Some(Colour::Indexed(codes.next()?)),
        2 => Some(Colour::Rgb(codes.next()?, codes.next()?, codes.next()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: &[Vec<Cell>]) -> Vec<String> {
        lines
            .iter()
            .map(|line| line.iter().map(|cell| cell.character).collect())
            .collect()
    }

    fn last_style(output: &str) -> Style {
        parse(output).last().unwrap().last().unwrap().style
    }

    #[test]
    fn lines_are_split_and_trailing_ones_dropped() {
        assert_eq!(text(&parse("a\r\n\nb\n\n")), ["a", "", "b"]);
        assert!(parse("").is_empty());
    }

    #[test]
    fn a_lone_return_begins_the_line_anew_and_tabs_stop() {
        assert_eq!(text(&parse("working\rdone\na\tb")), ["done", "a       b"]);
    }

    #[test]
    fn colours_of_every_kind_are_read() {
        assert_eq!(
            last_style("\u{1b}[31mx").foreground,
            Some(Colour::Indexed(1))
        );
        assert_eq!(
            last_style("\u{1b}[92mx").foreground,
            Some(Colour::Indexed(10))
        );
        assert_eq!(
            last_style("\u{1b}[1;38;5;208mx").foreground,
            Some(Colour::Indexed(208))
        );
        assert_eq!(
            last_style("\u{1b}[48;2;1;2;3mx").background,
            Some(Colour::Rgb(1, 2, 3))
        );
        assert_eq!(last_style("\u{1b}[31;44m\u{1b}[39;49mx"), Style::default());
    }

    #[test]
    fn attributes_add_up_until_they_are_reset() {
        let both = last_style("\u{1b}[1m\u{1b}[4mx").attributes;
        assert_eq!(both, Attributes::BOLD.with(Attributes::UNDERLINE));
        assert_eq!(
            last_style("\u{1b}[1;2;4m\u{1b}[22mx").attributes,
            Attributes::UNDERLINE
        );
        assert_eq!(last_style("\u{1b}[1;7;31mx\u{1b}[my"), Style::default());
        assert_eq!(last_style("\u{1b}[1m\nx").attributes, Attributes::BOLD);
    }

    #[test]
    fn other_sequences_leave_no_trace() {
        let output =
            "\u{1b}[2K\u{1b}[1A\u{1b}]8;;https://x\u{1b}\\link\u{1b}]8;;\u{7}\u{1b}(B!\u{8}";
        let shown = text(&parse(output));
        assert_eq!(shown.len(), 1);
        assert!(shown[0].starts_with("link"), "{shown:?}");
    }

    #[test]
    fn a_cut_off_sequence_ends_the_text() {
        assert_eq!(text(&parse("a\u{1b}[3")), ["a"]);
        assert_eq!(text(&parse("a\u{1b}")), ["a"]);
    }
}
