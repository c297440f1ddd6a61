//! `netopt completions` and `netopt man`: made from the same description as the command line itself.
//!
//! The page holds every verb with its options, because a page for each could not be told apart on one stdout.

use std::io;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::Args;
use crate::exit::{End, Fault};
use crate::render;

/// Prints the completions of that shell.
pub(crate) fn completions(shell: Shell) -> Result<End, Fault> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "netopt", &mut text);
    print(text)
}

/// Prints the man page, as `roff`.
pub(crate) fn page() -> Result<End, Fault> {
    print(write_page().map_err(Fault::internal)?)
}

/// The sections of the main command, and between them one for all verbs.
fn write_page() -> io::Result<Vec<u8>> {
    let mut root = Args::command();
    root.build();
    let mut page = Vec::new();
    let man = Man::new(root.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    page.extend_from_slice(b".SH COMMANDS\n");
    write_verbs(&root, &mut page)?;
    man.render_extra_section(&mut page)?;
    man.render_version_section(&mut page)?;
    Ok(page)
}

fn write_verbs(above: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    for verb in above
        .get_subcommands()
        .filter(|verb| verb.get_name() != "help")
    {
        let mut part = Vec::new();
        let man = Man::new(verb.clone());
        man.render_description_section(&mut part)?;
        man.render_synopsis_section(&mut part)?;
        man.render_options_section(&mut part)?;
        let name = verb.get_bin_name().unwrap_or_else(|| verb.get_name());
        page.extend_from_slice(format!(".SS \"{name}\"\n").as_bytes());
        page.extend_from_slice(below(&String::from_utf8_lossy(&part)).as_bytes());
        write_verbs(verb, page)?;
    }
    Ok(())
}

/// Sections of a page as parts of a section: the usual headings go, those of groups of options become paragraphs.
fn below(part: &str) -> String {
    let mut out = String::new();
    for line in part.lines() {
        let heading = line.strip_prefix(".SH ");
        match heading {
            Some("DESCRIPTION" | "SYNOPSIS" | "OPTIONS") => out += ".PP\n",
            Some(group) => out += &format!(".PP\n\\fB{group}\\fR\n"),
            // The title has said how an apostrophe is written.
            None if line.starts_with(".ie ") || line.starts_with(".el ") => {}
            None => {
                out += line;
                out.push('\n');
            }
        }
    }
    out
}

fn print(text: Vec<u8>) -> Result<End, Fault> {
    render::result(&String::from_utf8(text).map_err(Fault::internal)?)?;
    Ok(End::Done)
}
