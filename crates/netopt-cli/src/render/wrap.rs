//! Text in lines that fit the terminal.

use std::fmt::Write as _;

/// Columns that are left for text however deep it is indented.
const LEAST: usize = 10;

/// `text` in lines of at most `width` columns, each behind `indent` blanks, broken at blanks but not at no-break spaces; a
/// word without room on a line of its own is broken as well.
pub(crate) fn wrapped(text: &str, indent: usize, width: usize) -> String {
    let room = width.saturating_sub(indent).max(LEAST);
    let mut lines = vec![String::new()];
    let words = text.split(' ').filter(|word| !word.is_empty());
    for word in words.flat_map(|word| pieces(word, room)) {
        let line = lines.last_mut().expect("there is always a last line");
        let length = console::measure_text_width(line);
        if length > 0 && length + 1 + console::measure_text_width(&word) > room {
            lines.push(word);
        } else {
            if length > 0 {
                line.push(' ');
            }
            line.push_str(&word);
        }
    }
    let blanks = " ".repeat(indent);
    lines.iter().fold(String::new(), |mut all, line| {
        let _ = writeln!(all, "{blanks}{}", line.replace('\u{a0}', " "));
        all
    })
}

/// The word, in pieces of at most `room` columns; one that is painted stays whole.
fn pieces(word: &str, room: usize) -> Vec<String> {
    if console::measure_text_width(word) <= room || word.contains('\u{1b}') {
        return vec![word.to_owned()];
    }
    // What was kept together for looks is parted first.
    let parts: Vec<&str> = word.split('\u{a0}').collect();
    if parts.len() > 1 {
        return parts.iter().flat_map(|part| pieces(part, room)).collect();
    }
    let letters: Vec<char> = word.chars().collect();
    letters
        .chunks(room)
        .map(|piece| piece.iter().collect())
        .collect()
}

/// A label and its value, the lines of the value under each other; `label` is as wide as it shall be.
pub(crate) fn labelled(
    indent: usize,
    label: &str,
    painted: &str,
    value: &str,
    width: usize,
) -> String {
    let hanging = indent + console::measure_text_width(label);
    let body = wrapped(value, hanging, width);
    format!("{}{painted}{}\n", " ".repeat(indent), body.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_values_stay_together() {
        let text = wrapped("one two three 5\u{a0}ms four", 2, 22);
        assert_eq!(text, "  one two three 5 ms\n  four\n");
    }

    #[test]
    fn a_long_word_does_not_leave_the_terminal() {
        let text = wrapped(
            "see https://example.org/a 5\u{a0}of\u{a0}10\u{a0}calls",
            0,
            12,
        );
        assert_eq!(text, "see\nhttps://exam\nple.org/a 5\nof 10 calls\n");
    }
}
