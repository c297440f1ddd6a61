//! Text in lines that fit the terminal.

use std::fmt::Write as _;

/// `text` in lines of at most `width` columns, each behind `indent` blanks, broken at blanks but not at no-break spaces.
pub(crate) fn wrapped(text: &str, indent: usize, width: usize) -> String {
    let room = width.saturating_sub(indent).max(20);
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let line = lines.last_mut().expect("there is always a last line");
        let length = console::measure_text_width(line);
        if length > 0 && length + 1 + console::measure_text_width(word) > room {
            lines.push(word.to_owned());
        } else {
            if length > 0 {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    let blanks = " ".repeat(indent);
    lines.iter().fold(String::new(), |mut all, line| {
        let _ = writeln!(all, "{blanks}{}", line.replace('\u{a0}', " "));
        all
    })
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
}
