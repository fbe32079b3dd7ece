//! The example configuration file, written from the declarations.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    Settings,
    kind::Form,
    layers::variable,
    reader::{Declared, Reader},
};

const HEAD: &str = "\
# Every setting of chunkgate with its default. Stronger than this file are environment variables,
# named above each setting, and stronger than those the command line.
#
# Sizes: 65536, \"64KiB\", \"10MiB\", \"1GiB\". Times: \"500ms\", \"90s\", \"5min\", \"2h\", \"30d\".
# An empty text stands for a setting that is not set.
# `chunkgate check-config` shows what is in force, and where each value came from.
";

/// The text of a configuration file with every setting at its default.
pub fn example() -> String {
    let mut reader = Reader::new(BTreeMap::new());
    Settings::read(&mut reader).expect("every default is allowed");
    let mut text = HEAD.to_owned();
    let mut section = "";
    for (setting, form) in reader.declared {
        if setting.section != section {
            section = setting.section;
            let _ = write!(text, "\n[{section}]\n");
        }
        let _ = write!(text, "{}", entry(&setting, form));
    }
    text
}

fn entry(setting: &Declared, form: Form) -> String {
    let Declared {
        field,
        default,
        help,
        ..
    } = setting;
    let value = match form {
        Form::Text => format!("\"{default}\""),
        Form::Bare => (*default).to_owned(),
        Form::List => format!("[{}]", quoted(default)),
    };
    let variable = variable(&setting.key());
    format!("\n#{help}\n# {variable}\n{field} = {value}\n")
}

/// The entries of a list, each in quotes.
fn quoted(list: &str) -> String {
    let entries = list.split(',').map(str::trim);
    let entries = entries.filter(|entry| !entry.is_empty());
    let entries: Vec<String> = entries.map(|entry| format!("\"{entry}\"")).collect();
    entries.join(", ")
}
