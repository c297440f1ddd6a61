//! `[expect]`: the answer key.

use netopt_core::unit::Ratio;
use toml::de::DeValue;

use super::client;
use super::table::Table;
use super::value::{self, SHARE};

/// More other findings than this are not one fault.
const MOST_ALLOWED: usize = 16;

/// What an id looks like.
const ID: &str = "the id of a finding, such as \"http.connection-reuse\"";

/// What a tool has to say about the scenario.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Expect {
    /// The id of the finding that must come first among those above low; `None` when nothing is wrong.
    pub primary: Option<String>,
    /// Other findings above low that are true here, too.
    pub allow: Vec<String>,
    /// The full name of the knob that must be proposed; `None` is advice for the server or the path, or nothing.
    pub change: Option<&'static str>,
    /// The proven improvement of the declared metric, at least. `None` is any that is proven.
    pub min_effect: Option<Ratio>,
}

pub(super) fn read(table: &Table<'_, '_>) -> Expect {
    table.only(&["primary", "allow", "change", "min_effect"]);
    if !table.has("primary") {
        table.fail("primary", format!("is missing; it is \"none\", or {ID}"));
    }
    let primary = table.get("primary", &format!("\"none\", or {ID}"), |value| {
        let healthy = value.as_str() == Some("none");
        if healthy {
            Some(None)
        } else {
            id(value).map(Some)
        }
    });
    let allow = table.get(
        "allow",
        &format!("a list of at most {MOST_ALLOWED}, each {ID}"),
        |value| value::list(value, MOST_ALLOWED, id),
    );
    let change = table
        .get(
            "change",
            "the name of a knob, such as \"tcp.nodelay\"",
            |value| value.as_str().map(str::to_owned),
        )
        .and_then(|name| {
            client::knob(&name)
                .map_err(|problem| table.fail("change", format!("\"{name}\" {problem}")))
                .ok()
        });
    let min_effect = table.get("min_effect", SHARE, value::share);
    if table.has("min_effect") && !table.has("change") {
        table.fail("min_effect", "needs change: only a change can be proven");
    }
    if primary == Some(None) && table.has("change") {
        table.fail(
            "change",
            "excludes primary = \"none\": where nothing is wrong, nothing helps",
        );
    }
    Expect {
        primary: primary.flatten(),
        allow: allow.unwrap_or_default(),
        change,
        min_effect,
    }
}

/// Two words with a dot between them, in lower case.
fn id(value: &DeValue<'_>) -> Option<String> {
    let text = value.as_str()?;
    let (layer, noun) = text.split_once('.')?;
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    (is_word(layer) && is_word(noun) && text.len() <= 60).then(|| text.to_owned())
}
