//! What a calculator answers: what it was given, what comes out, where that holds, and whose formula it is.

use netopt_core::model::validity::Validity;

use super::{Amount, Curve, Quantity, Unit};

/// The rows of a table stay below this; what is longer is a curve.
const MOST_ROWS: usize = 40;

/// The answer of one formula.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) formula: &'static str,
    pub(crate) inputs: Vec<Quantity>,
    pub(crate) results: Vec<Quantity>,
    /// The answer in one sentence.
    pub(crate) summary: String,
    pub(crate) table: Option<Table>,
    pub(crate) curve: Option<Curve>,
    /// Warnings, and what the reader should know beside the numbers.
    pub(crate) notes: Vec<String>,
    /// Where it holds.
    pub(crate) domain: &'static str,
    /// Whose formula it is: paper or RFC and section.
    pub(crate) source: &'static str,
}

impl Answer {
    /// The answer of that formula, from that source.
    #[must_use]
    pub(crate) const fn of(formula: &'static str, source: &'static str) -> Self {
        Self {
            formula,
            inputs: Vec::new(),
            results: Vec::new(),
            summary: String::new(),
            table: None,
            curve: None,
            notes: Vec::new(),
            domain: "",
            source,
        }
    }

    /// With what was given.
    #[must_use]
    pub(crate) fn given(mut self, inputs: impl IntoIterator<Item = Quantity>) -> Self {
        self.inputs.extend(inputs);
        self
    }

    /// With what comes out.
    #[must_use]
    pub(crate) fn results(mut self, results: impl IntoIterator<Item = Quantity>) -> Self {
        self.results.extend(results);
        self
    }

    /// With the answer in one sentence.
    #[must_use]
    pub(crate) fn says(mut self, summary: impl Into<String>) -> Self {
        self.summary = summary.into();
        self
    }

    /// With where it holds.
    #[must_use]
    pub(crate) const fn holds_for(mut self, domain: &'static str) -> Self {
        self.domain = domain;
        self
    }

    /// With a note.
    #[must_use]
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
        self
    }

    /// With a warning if the inputs lie outside the domain.
    #[must_use]
    pub(crate) fn valid(self, validity: Validity) -> Self {
        match validity.warning() {
            Some(warning) => self.note(warning),
            None => self,
        }
    }

    /// With rows of numbers.
    #[must_use]
    pub(crate) fn table(mut self, table: Table) -> Self {
        self.table = Some(table);
        self
    }

    /// With a curve.
    #[must_use]
    pub(crate) fn curve(mut self, curve: Curve) -> Self {
        self.curve = Some(curve);
        self
    }
}

/// Rows of numbers, each column with a name and a unit.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Amount>>,
}

/// A column: its name in documents without the unit, what people call it, and its unit; a column of texts has none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    name: &'static str,
    pub(crate) label: &'static str,
    unit: Option<Unit>,
}

impl Column {
    /// What it is called in a document; ends in its unit.
    #[must_use]
    pub(crate) fn key(self) -> String {
        format!("{}{}", self.name, self.unit.map_or("", Unit::suffix))
    }
}

impl Table {
    /// No rows yet; `None` is the unit of texts.
    #[must_use]
    pub(crate) fn of(
        columns: impl IntoIterator<Item = (&'static str, &'static str, Option<Unit>)>,
    ) -> Self {
        let columns = columns
            .into_iter()
            .map(|(name, label, unit)| Column { name, label, unit })
            .collect();
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// With one row more, while there is room.
    #[must_use]
    pub(crate) fn row(mut self, cells: impl IntoIterator<Item = Cell>) -> Self {
        if self.rows.len() < MOST_ROWS {
            let amounts = self.columns.iter().zip(cells);
            let row = amounts.map(|(column, cell)| match (column.unit, cell) {
                (_, Cell::Text(text)) => Amount::Choice(text),
                (unit, Cell::Number(value)) => Amount::Of(unit.unwrap_or(Unit::Number), value),
            });
            self.rows.push(row.collect());
        }
        self
    }

    /// The columns.
    #[must_use]
    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The rows, each as wide as there are columns.
    #[must_use]
    pub(crate) fn rows(&self) -> &[Vec<Amount>] {
        &self.rows
    }
}

/// What stands in a row: seconds, bytes, bits per second and so on as the column says.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    Number(Option<f64>),
    Text(String),
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self::Number(Some(value))
    }
}

impl From<Option<f64>> for Cell {
    fn from(value: Option<f64>) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
