//! What the score keeps of one case: a row of the table, read back from it as it was written.

use serde_json::Value;

/// The columns.
pub(super) const HEAD: [&str; 9] = [
    "case", "engine", "passed", "primary", "recall", "alarms", "proof", "seconds", "build",
];

/// What a column has that does not apply to a case.
const NONE: &str = "-";

/// So many of so many runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Share {
    /// Those that count.
    pub(super) part: u64,
    /// All that it is about.
    pub(super) whole: u64,
}

/// One case and how its runs went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The name of its file, without the end.
    pub(super) case: String,
    /// What carries its packets.
    engine: String,
    /// How it went; `None` where it was skipped.
    pub(super) outcome: Option<Outcome>,
    /// Of which commit the program was.
    build: String,
}

/// The runs of a case that was not skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Outcome {
    /// Runs in which everything was right, of all.
    pub(super) passed: Share,
    /// Runs that could not be judged.
    pub(super) void: u64,
    /// Judged runs with the right first finding.
    pub(super) primary: Share,
    /// Judged runs in which the fault is found at all; `None` without one.
    pub(super) recall: Option<Share>,
    /// Findings that are neither planted nor allowed.
    pub(super) alarms: u64,
    /// Judged runs in which the expected change is proven; `None` without one.
    pub(super) proof: Option<Share>,
    /// All runs together.
    pub(super) seconds: u64,
}

impl Share {
    fn parse(cell: &str) -> Option<Self> {
        let (part, whole) = cell.split_once('/')?;
        Some(Self {
            part: part.parse().ok()?,
            whole: whole.parse().ok()?,
        })
    }

    fn cell(self) -> String {
        format!("{}/{}", self.part, self.whole)
    }

    /// Both together.
    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            part: self.part + other.part,
            whole: self.whole + other.whole,
        }
    }
}

impl Row {
    /// Of a case in the document of `netopt scenario`, run by this build.
    pub(super) fn of(case: &Value, build: &str) -> Self {
        let file = case["file"].as_str().unwrap_or_default();
        let name = file.rsplit('/').next().unwrap_or(file);
        Self {
            case: name.strip_suffix(".toml").unwrap_or(name).to_owned(),
            engine: case["engine"].as_str().unwrap_or(NONE).to_owned(),
            outcome: (case["standing"] != "skipped").then(|| Outcome::of(case)),
            build: build.to_owned(),
        }
    }

    /// Of a line of the table; `None` if it is none.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line
            .trim()
            .strip_prefix('|')?
            .strip_suffix('|')?
            .split('|')
            .map(str::trim)
            .collect();
        let cells: &[&str; HEAD.len()] = cells.as_slice().try_into().ok()?;
        let [case, engine, outcome @ .., build] = cells;
        let outcome = if outcome[0] == "skipped" {
            None
        } else {
            Some(Outcome::parse(outcome)?)
        };
        Some(Self {
            case: (*case).to_owned(),
            engine: (*engine).to_owned(),
            outcome,
            build: (*build).to_owned(),
        })
    }

    /// Whether it says anything of the program.
    pub(super) fn is_judged(&self) -> bool {
        self.outcome.is_some_and(|runs| runs.primary.whole > 0)
    }

    /// Its cells, one for each column.
    pub(super) fn cells(&self) -> [String; HEAD.len()] {
        let [passed, primary, recall, alarms, proof, seconds] = self.outcome.as_ref().map_or_else(
            || ["skipped", NONE, NONE, NONE, NONE, NONE].map(str::to_owned),
            Outcome::cells,
        );
        let (case, engine, build) = (self.case.clone(), self.engine.clone(), self.build.clone());
        [
            case, engine, passed, primary, recall, alarms, proof, seconds, build,
        ]
    }
}

impl Outcome {
    /// Whether it would have passed, had all its runs been judged.
    pub(super) const fn is_void(&self) -> bool {
        self.void > 0 && self.passed.part + self.void == self.passed.whole
    }

    fn of(case: &Value) -> Self {
        let empty = Vec::new();
        let runs = case["runs"].as_array().unwrap_or(&empty);
        let marked = |mark: &str| count(runs, |run| run["mark"] == mark);
        let judged: Vec<&Value> = runs
            .iter()
            .filter(|run| run["mark"] == "passed" || run["mark"] == "failed")
            .collect();
        let of_judged = |is: &dyn Fn(&Value) -> bool| Share {
            part: judged.iter().filter(|run| is(run)).count() as u64,
            whole: judged.len() as u64,
        };
        let expect = &case["expect"];
        Self {
            passed: Share {
                part: marked("passed"),
                whole: runs.len() as u64,
            },
            void: marked("void"),
            primary: of_judged(&|run| run["primary_right"] == true),
            recall: (!expect["primary"].is_null()).then(|| of_judged(&|run| run["listed"] == true)),
            alarms: judged
                .iter()
                .filter_map(|run| run["false_alarms"].as_array())
                .map(|alarms| alarms.len() as u64)
                .sum(),
            proof: (!expect["change"].is_null()).then(|| of_judged(&|run| run["proven"] == true)),
            seconds: whole(case["time_s"].as_f64().unwrap_or_default()),
        }
    }

    fn parse(cells: &[&str]) -> Option<Self> {
        let [passed, primary, recall, alarms, proof, seconds] = cells else {
            return None;
        };
        let (passed, void) = match passed.split_once(", ") {
            Some((passed, void)) => (passed, void.strip_suffix(" void")?.parse().ok()?),
            None => (*passed, 0),
        };
        let perhaps = |cell: &str| match cell {
            NONE => Some(None),
            cell => Share::parse(cell).map(Some),
        };
        Some(Self {
            passed: Share::parse(passed)?,
            void,
            primary: Share::parse(primary)?,
            recall: perhaps(recall)?,
            alarms: alarms.parse().ok()?,
            proof: perhaps(proof)?,
            seconds: seconds.parse().ok()?,
        })
    }

    fn cells(&self) -> [String; 6] {
        let perhaps = |share: Option<Share>| share.map_or_else(|| NONE.to_owned(), Share::cell);
        let passed = self.passed.cell();
        [
            match self.void {
                0 => passed,
                void => format!("{passed}, {void} void"),
            },
            self.primary.cell(),
            perhaps(self.recall),
            self.alarms.to_string(),
            perhaps(self.proof),
            self.seconds.to_string(),
        ]
    }
}

fn count(runs: &[Value], is: impl Fn(&Value) -> bool) -> u64 {
    runs.iter().filter(|run| is(run)).count() as u64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "seconds of a run: positive and far below the bound"
)]
fn whole(seconds: f64) -> u64 {
    seconds.round() as u64
}
