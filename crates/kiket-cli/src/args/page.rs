//! The page of all commands, `docs/commands.md`. `UPDATE_DOCS=1 cargo test -p kiket-cli
//! page_of_commands` writes it anew.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use clap::{Arg, Command, CommandFactory as _};

use super::Args;

const UPDATE: &str = "UPDATE_DOCS";
const TOP: &str = "\
# Commands of `kiket`

`kiket COMMAND --help` says the same in the terminal. This page is made from the definition of the
command line.

Every command ends with one of these codes, unless it says otherwise:
";

fn page() -> String {
    let mut kiket = Args::command();
    kiket.build();
    let codes = kiket.get_after_help().map(ToString::to_string).unwrap_or_default();
    let codes = codes.split_once('\n').map_or("", |(_, codes)| codes);
    let mut page = format!("{TOP}\n```text\n{codes}\n```\n");
    for command in visible(&kiket) {
        section(&mut page, command, &[]);
    }
    page
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|it| !it.is_hide_set() && it.get_name() != "help")
}

/// A command and those below it. What they take from it is said once.
fn section(page: &mut String, command: &Command, said: &[&str]) {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let level = "#".repeat(name.split(' ').count());
    let about = command.get_long_about().or(command.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    write!(page, "\n{level} {name}\n\n{}\n\n```text\n{usage}\n```\n", sentence(&about)).unwrap();
    let own = |arg: &&Arg| {
        let id = arg.get_id().as_str();
        !arg.is_hide_set() && !["help", "version"].contains(&id) && !said.contains(&id)
    };
    let arguments: Vec<_> = command.get_arguments().filter(own).collect();
    if !arguments.is_empty() {
        page.push('\n');
    }
    for arg in &arguments {
        writeln!(page, "- {}", argument(arg)).unwrap();
    }
    if let Some(after) = command.get_after_help() {
        write!(page, "\n```text\n{after}\n```\n").unwrap();
    }
    let ids = arguments.iter().filter(|arg| arg.is_global_set()).map(|arg| arg.get_id().as_str());
    let said: Vec<_> = said.iter().copied().chain(ids).collect();
    for below in visible(command) {
        section(page, below, &said);
    }
}

fn argument(arg: &Arg) -> String {
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut text = format!("`{arg}`: {}", sentence(&help));
    let values: Vec<_> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if arg.get_action().takes_values() && !values.is_empty() {
        write!(text, " One of {}.", values.join(", ")).unwrap();
    }
    let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy());
    let defaults = defaults.collect::<Vec<_>>().join(", ");
    if arg.get_action().takes_values() && !defaults.is_empty() {
        write!(text, " Default: `{defaults}`.").unwrap();
    }
    if let Some(variable) = arg.get_env() {
        write!(text, " Variable: `{}`.", variable.to_string_lossy()).unwrap();
    }
    text
}

/// The definition's texts end as terminals show them, without a full stop.
fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.is_empty() || text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}

#[test]
fn the_page_of_commands_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/commands.md");
    let page = page();
    if env::var_os(UPDATE).is_some_and(|value| value == "1") {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/commands.md is not up to date: set {UPDATE}=1 and run again");
}
