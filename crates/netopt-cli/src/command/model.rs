//! `netopt model`: asks a formula and shows what it answers.
//!
//! Nothing is measured here and nothing is waited for. A file that is not one of our pictures is never replaced.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

use crate::args::ModelCommand;
use crate::exit::{End, Fault};
use crate::model::{Answer, Curve};
use crate::render::{self, Paint, model, model_json, plot};

/// Computes, prints, and draws if asked to.
///
/// # Errors
/// Where the formula has no answer, or the picture cannot be written.
pub(crate) fn run(command: &ModelCommand) -> Result<End, Fault> {
    let asked = command.asked();
    let answer = asked.formula().answer()?;
    let draw = asked.draw().filter(|draw| draw.plot || draw.svg.is_some());
    let drawn = draw.map(|draw| Ok((draw, curve(&answer)?))).transpose()?;
    // The picture first: who asked for one is told at once that it cannot be had.
    let svg = drawn.and_then(|(draw, curve)| Some((draw.svg.as_deref()?, curve)));
    if let Some((file, curve)) = svg {
        save(file, &plot::svg(curve, &answer))?;
    }
    if asked.output().json {
        render::result(&model_json::document(&answer))?;
    } else {
        let paint = Paint::detect(asked.output());
        let mut text = model::report(&answer, &paint);
        if let Some((_, curve)) = drawn.filter(|(draw, _)| draw.plot) {
            text.push('\n');
            text += &plot::terminal(curve, &paint);
        }
        render::result(&text)?;
    }
    if let Some((file, _)) = svg {
        render::note(format!("the picture is in {}", file.display()));
    }
    Ok(End::Done)
}

/// The curve, if these values have one.
fn curve(answer: &Answer) -> Result<&Curve, Fault> {
    let curve = answer.curve.as_ref();
    curve
        .filter(|curve| !curve.series.is_empty())
        .ok_or_else(|| {
            Fault::usage(
                "these values have no curve; leave out --plot and --svg, or give more of them",
            )
        })
}

/// Writes the picture into a new file, or over an older one of ours.
fn save(file: &Path, picture: &str) -> Result<(), Fault> {
    let fault = |what: &dyn std::fmt::Display| {
        Fault::usage(format!(
            "cannot write {}: {what}; use --svg FILE with another name",
            file.display()
        ))
    };
    let made = OpenOptions::new().write(true).create_new(true).open(file);
    let written = match made {
        Ok(mut new) => new.write_all(picture.as_bytes()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            if !is_ours(file).map_err(|error| fault(&error))? {
                return Err(fault(&"it was not drawn by netopt and is not replaced"));
            }
            fs::write(file, picture)
        }
        Err(error) => Err(error),
    };
    written.map_err(|error| fault(&error))
}

/// Whether the file is a regular one that is empty or begins as our pictures do.
fn is_ours(file: &Path) -> std::io::Result<bool> {
    // A pipe is asked for its kind only: opening it could wait for ever.
    if !fs::metadata(file)?.is_file() {
        return Ok(false);
    }
    let mut start = Vec::new();
    File::open(file)?
        .take(plot::OPENING.len() as u64)
        .read_to_end(&mut start)?;
    Ok(start.is_empty() || start == plot::OPENING.as_bytes())
}
