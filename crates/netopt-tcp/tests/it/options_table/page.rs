//! `docs/socket-options.md` shows the table as it is.

use netopt_tcp::options::{self, Kind, Moment, Privilege, ReadBack, SocketOption};

/// The row of `docs/socket-options.md` for that option.
fn row(option: &SocketOption) -> String {
    let rules = &option.rules;
    let who = match rules.privilege {
        Privilege::Anyone => "anyone".to_owned(),
        Privilege::NetAdmin => "`CAP_NET_ADMIN`".to_owned(),
        Privilege::NetAdminAbove(bound) => format!("above {bound}: `CAP_NET_ADMIN`"),
        Privilege::AllowedList => "anyone, of the allowed list".to_owned(),
    };
    let when = match rules.moment {
        Moment::Any => "any time",
        Moment::BeforeConnect => "before connect",
        Moment::Listener => "on a listener",
        Moment::EachRead => "after each read",
    };
    let back = match rules.read_back {
        ReadBack::Same => "as set".to_owned(),
        ReadBack::Doubled(_) => "twice; cut to bounds of the system".to_owned(),
        ReadBack::Adjusted(how) => how.to_owned(),
        ReadBack::Dead(why) => format!("always off: {why}"),
        ReadBack::Nothing => "cannot be read".to_owned(),
    };
    let since = match rules.since {
        (2, _) => "ever".to_owned(),
        (major, minor) => format!("{major}.{minor}"),
    };
    let bounds = match (rules.bounds, option.kind) {
        ("", Kind::Switch) => "on, off",
        ("", kind) => kind.example(),
        (bounds, _) => bounds,
    };
    format!(
        "| `{}` | `{}` | {bounds} | {who} | {when} | {back} | {since} | {} |",
        option.name,
        option.constant,
        option.about.trim()
    )
}

#[test]
fn the_page_and_the_table_agree() {
    let page = include_str!("../../../../../docs/socket-options.md");
    let told: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    let rows: Vec<String> = options::all().map(row).collect();
    assert!(
        told == rows,
        "the rows of docs/socket-options.md have to be\n{}",
        rows.join("\n")
    );
}
