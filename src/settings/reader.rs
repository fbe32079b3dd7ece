//! Takes each declared setting from what was given, and remembers problems and origins.

use std::collections::BTreeMap;

use super::{
    Effective, Origin, Problem, Secret,
    kind::{Form, Kind},
    layers::{Given, variable},
};

/// One declared setting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declared {
    /// The section's name in the file.
    pub section: &'static str,
    /// The key within the section.
    pub field: &'static str,
    /// The default as a person would write it.
    pub default: &'static str,
    /// One sentence.
    pub help: &'static str,
}

impl Declared {
    /// The full name: `server.listen`.
    pub fn key(&self) -> String {
        format!("{}.{}", self.section, self.field)
    }
}

/// Reads settings one by one; what nobody took in the end was unknown.
pub(super) struct Reader {
    given: BTreeMap<String, Given>,
    /// Every setting taken so far, with the form of its value.
    pub declared: Vec<(Declared, Form)>,
    /// Every effective value, in the order of declaration.
    pub effective: Vec<Effective>,
    /// Every value that is not allowed.
    pub problems: Vec<Problem>,
}

impl Reader {
    pub fn new(given: BTreeMap<String, Given>) -> Self {
        Self {
            given,
            declared: Vec::new(),
            effective: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// The value of `declared`, or `None` after noting why what was given is not one.
    pub fn take<T>(&mut self, declared: Declared, kind: &Kind<T>) -> Option<T> {
        let key = declared.key();
        let given = self.given.remove(&key).unwrap_or_else(|| Given {
            text: declared.default.to_owned(),
            origin: Origin::Default,
        });
        let text = given.text.trim();
        let value = (kind.parse)(text);
        let shown = if kind.secret && !text.is_empty() {
            Secret::HIDDEN.to_owned()
        } else {
            text.to_owned()
        };
        if value.is_none() {
            let wrong = (kind.wrong_part)(text)
                .map(|part| format!("; `{part}` is not one"))
                .unwrap_or_default();
            self.problems.push(Problem::Value {
                key: key.clone(),
                value: shown.clone(),
                allowed: format!("{}{wrong}", kind.allowed),
                origin: given.origin.clone(),
            });
        }
        self.declared.push((declared, kind.form));
        self.effective.push(Effective {
            variable: variable(&key),
            key,
            value: shown,
            text: Secret::new(text),
            origin: given.origin,
        });
        value
    }

    /// What was given and not taken.
    pub fn rest(&self) -> impl Iterator<Item = (&str, &Origin)> {
        self.given
            .iter()
            .map(|(key, given)| (key.as_str(), &given.origin))
    }
}
