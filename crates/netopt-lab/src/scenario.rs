//! Scenario files: a small world with one known fault, and what a tool has to say about it.
//!
//! [`Scenario::read`] turns the text of a file into plain data and names every mistake in it at once, with line, key,
//! value and bound. The form is version 1, described in `docs/scenarios.md`. A file is truth and exam in one: `[link]`, `[cross]`,
//! `[[origin]]` and `[dns]` are the world, `[workload]` the client as it is today, `[expect]` the answer key.
//!
//! What it leaves alone: files, building the world, running and judging. A file may ask for more than a runner can do;
//! that is for the runner to say.

mod client;
mod cross;
mod dns;
mod expect;
mod handshake;
mod link;
mod nearest;
mod origin;
mod route;
mod service;
mod table;
mod value;
mod workload;

use netopt_core::misfit::Misfits;
use toml::de::DeTable;

pub use cross::Cross;
pub use dns::{Dns, HOST};
pub use expect::Expect;
pub use link::{Engine, Link};
pub use origin::{MOST_ORIGINS, Replica};
pub use workload::{Load, Paths};

use table::{Source, Table};
use value::TEXT;

/// The version of the format that this reads.
pub const VERSION: u64 = 1;

/// A name is one line of a table.
const LONGEST_NAME: usize = 100;

/// A file larger than this is no scenario.
const LONGEST_TEXT: usize = 1024 * 1024;

/// A world with its answer key.
///
/// ```
/// use netopt_lab::scenario::Scenario;
///
/// let scenario = Scenario::read(
///     r#"
///     name = "nothing is wrong"
///     [expect]
///     primary = "none"
///     "#,
/// )?;
/// assert_eq!(scenario.expect.primary, None);
///
/// let errors = Scenario::read("name = \"a\"\n[expect]\nprimary = \"none\"\n[link]\nrtt = 40\n").unwrap_err();
/// assert!(errors.to_string().starts_with("line 5: link.rtt: 40 is not a time"));
/// # Ok::<(), netopt_core::misfit::Misfits>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// What it is about, in a few words.
    pub name: String,
    /// The version of the format: [`VERSION`].
    pub version: u64,
    /// The path; `None` is loopback as it is.
    pub link: Option<Link>,
    /// What others send over the path; `None` is nothing.
    pub cross: Option<Cross>,
    /// The servers, at least one; several are replicas of one service.
    pub origins: Vec<Replica>,
    /// The name service; `None` is an address instead of a name.
    pub dns: Option<Dns>,
    /// What is called, how often, by which client.
    pub workload: Load,
    /// The answer key.
    pub expect: Expect,
}

impl Scenario {
    /// Reads the text of a scenario file.
    ///
    /// # Errors
    /// Every violation at once: text that is no TOML, unknown keys, values out of their bounds, what is missing.
    pub fn read(text: &str) -> Result<Self, Misfits> {
        let source = Source::new(text);
        if text.len() > LONGEST_TEXT {
            let problem = format!("{} bytes are more than {LONGEST_TEXT}", text.len());
            source.fail(0, String::new(), problem);
            return source.conclude(Self::blank());
        }
        match DeTable::parse(text) {
            Ok(root) => {
                let scenario = Self::from_table(&Table::root(&source, root.get_ref()));
                source.conclude(scenario)
            }
            Err(error) => {
                let offset = error.span().map_or(0, |span| span.start);
                source.fail(offset, String::new(), error.message().to_owned());
                source.conclude(Self::blank())
            }
        }
    }

    fn from_table(root: &Table<'_, '_>) -> Self {
        root.only(&[
            "name", "version", "link", "cross", "origin", "dns", "workload", "expect",
        ]);
        let text = format!("text of 1 to {LONGEST_NAME} characters on one line");
        let name = root.get("name", &text, |value| {
            let name = value.as_str()?;
            let fits = (1..=LONGEST_NAME).contains(&name.chars().count());
            (fits && !name.chars().any(char::is_control)).then(|| name.to_owned())
        });
        if !root.has("name") {
            root.fail(
                "name",
                format!("is missing; it is {TEXT}, what the scenario is about"),
            );
        }
        root.get("version", "1, the version of the format", |value| {
            value::count(value, VERSION..=VERSION)
        });
        if !root.has("expect") {
            root.fail(
                "expect",
                "is missing; say what is right: [expect] with primary = \"none\" or the id of a finding",
            );
        }
        let cross = root.table("cross").map(|table| cross::read(&table));
        let mut link = root.table("link").map(|table| link::read(&table));
        if cross.is_some() {
            link::carry_others(root, &mut link);
        }
        Self {
            name: name.unwrap_or_default(),
            version: VERSION,
            link,
            cross,
            origins: origin::read_all(root),
            dns: root.table("dns").map(|table| dns::read(&table)),
            workload: root
                .table("workload")
                .map_or_else(Load::default, |table| workload::read(&table)),
            expect: root
                .table("expect")
                .map_or_else(Expect::default, |table| expect::read(&table)),
        }
    }

    /// Stands in for what cannot be read.
    fn blank() -> Self {
        Self {
            name: String::new(),
            version: VERSION,
            link: None,
            cross: None,
            origins: Vec::new(),
            dns: None,
            workload: Load::default(),
            expect: Expect::default(),
        }
    }
}

#[cfg(test)]
mod tests;
