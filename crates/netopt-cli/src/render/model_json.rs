//! The document of a formula: `netopt.model/1`, described by `docs/schemas/model.schema.json`.
//!
//! Unknown and unbounded are null, never zero and never a word. Names end in their unit.

use serde_json::{Map, Value, json};

use crate::model::{Amount, Answer, Axis, Curve, Quantity, Table, exported};

/// The document.
#[must_use]
pub(crate) fn document(answer: &Answer) -> String {
    let document = json!({
        "schema": "netopt.model/1",
        "formula": answer.formula,
        "inputs": quantities(&answer.inputs),
        "results": quantities(&answer.results),
        "summary": plain(&answer.summary),
        "rows": answer.table.as_ref().map(rows),
        "curve": answer.curve.as_ref().map(curve),
        "notes": answer.notes.iter().map(|note| plain(note)).collect::<Vec<_>>(),
        "domain": answer.domain,
        "source": answer.source,
    });
    format!("{document:#}\n")
}

fn quantities(quantities: &[Quantity]) -> Map<String, Value> {
    let named: Map<String, Value> = quantities
        .iter()
        .map(|quantity| (quantity.key(), value(quantity.amount())))
        .collect();
    debug_assert_eq!(named.len(), quantities.len(), "each name is given once");
    named
}

fn value(amount: &Amount) -> Value {
    match amount {
        Amount::Of(unit, number) => exported(*unit, *number),
        Amount::Choice(text) => text.as_str().into(),
    }
}

fn rows(table: &Table) -> Vec<Map<String, Value>> {
    let keys: Vec<String> = table.columns().iter().map(|column| column.key()).collect();
    let row = |row: &Vec<Amount>| keys.iter().cloned().zip(row.iter().map(value)).collect();
    table.rows().iter().map(row).collect()
}

fn curve(curve: &Curve) -> Value {
    let point = |(x, y): &(f64, f64)| json!([number(&curve.x, *x), number(&curve.y, *y)]);
    let series: Vec<Value> = curve
        .series
        .iter()
        .map(|series| {
            let points: Vec<Value> = series.points.iter().map(point).collect();
            json!({ "name": series.name, "points": points })
        })
        .collect();
    json!({ "x": curve.x.key(), "y": curve.y.key(), "series": series })
}

fn number(axis: &Axis, value: f64) -> Value {
    exported(axis.unit, Some(value))
}

/// Blanks that keep a number and its unit together are for terminals.
fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ")
}
