//! `client`: the client as its user runs it today, as a plan.
//!
//! A knob is named in full (`"tcp.nodelay"`), by its section (`[workload.client.tcp]`), or by the last part of its name
//! where only one knob has it. The values are those of a plan file, and read by the same reader.

use netopt_core::change::Change;
use netopt_core::plan::Plan;

use super::table::{Table, unknown};

/// The plan in `table`.
pub(super) fn read(table: &Table<'_, '_>) -> Plan {
    let mut plan = Plan::new();
    for entry in table.entries() {
        match &entry.inner {
            None => plan = with(plan, table, entry.key, entry.key, entry.raw),
            Some(section) => {
                for inner in section.entries() {
                    let name = format!("{}.{}", entry.key, inner.key);
                    plan = with(plan, section, inner.key, &name, inner.raw);
                }
            }
        }
    }
    plan
}

/// `plan` with the knob of that name at the value that is written as `raw`.
fn with(plan: Plan, table: &Table<'_, '_>, key: &str, name: &str, raw: &str) -> Plan {
    let knob = match knob(name) {
        Ok(knob) => knob,
        Err(problem) => {
            table.fail(key, problem);
            return plan;
        }
    };
    match Plan::read(&format!("{knob} = {raw}\n")) {
        Ok(one) => plan.and(&one),
        Err(errors) => {
            for error in errors.0 {
                table.fail(key, error.problem);
            }
            plan
        }
    }
}

/// The full name of a knob, given in full or by its last part.
pub(super) fn knob(name: &str) -> Result<&'static str, String> {
    let names = Change::DEFAULTS.map(|change| change.name());
    let mut short = names.iter().filter(|full| last_part(full) == name);
    match (
        names.iter().find(|full| **full == name),
        short.next(),
        short.next(),
    ) {
        (Some(full), ..) | (None, Some(full), None) => Ok(full),
        (None, Some(one), Some(other)) => Err(format!(
            "is the end of several names: say \"{one}\" or \"{other}\""
        )),
        (None, None, _) if name.contains('.') => Err(unknown(name, &names, "knob")),
        (None, None, _) => Err(unknown(name, &names.map(last_part), "knob")),
    }
}

fn last_part(name: &'static str) -> &'static str {
    name.rsplit('.').next().unwrap_or(name)
}
