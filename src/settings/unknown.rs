//! Names that are no settings, and what was probably meant.

use super::{
    Effective, Origin, Problem, Sources,
    layers::{belongs, is_variable, variable},
};

/// Every name that was given and is no setting: `rest` is what no section took.
pub(super) fn check<'a>(
    sources: &Sources,
    rest: impl Iterator<Item = (&'a str, &'a Origin)>,
    effective: &[Effective],
) -> Vec<Problem> {
    let mut problems: Vec<_> = rest
        .map(|(key, origin)| {
            // A slip of the finger, else the wrong section, else the wrong word.
            let meant = nearest(key, effective, 2)
                .or_else(|| elsewhere(key, effective))
                .or_else(|| nearest(key, effective, key.len() / 3));
            let notation = |key: &str| match origin {
                Origin::Environment(_) => variable(key),
                Origin::Default | Origin::File(_) | Origin::Flag => key.to_owned(),
            };
            Problem::Unknown {
                name: notation(key),
                origin: origin.clone(),
                meant: meant.map(notation),
            }
        })
        .collect();
    problems.extend(mistyped_variables(sources, effective));
    problems
}

/// Variables with one underscore too few.
///
/// Not every `CHUNKGATE_...` is a mistake: Kubernetes gives each pod `CHUNKGATE_SERVICE_HOST` and
/// `CHUNKGATE_PORT` when a service is called chunkgate. Only what resembles a setting is refused.
fn mistyped_variables(sources: &Sources, effective: &[Effective]) -> Vec<Problem> {
    sources
        .environment
        .keys()
        .filter(|name| belongs(name) && !is_variable(name))
        .filter_map(|name| {
            let (_, key) = name.split_once('_')?;
            let meant = nearest(key, effective, 1)?;
            Some(Problem::Unknown {
                name: name.clone(),
                origin: Origin::Environment(name.clone()),
                meant: Some(variable(meant)),
            })
        })
        .collect()
}

/// The setting whose letters differ least, and in at most `distance` places.
fn nearest<'a>(name: &str, effective: &'a [Effective], distance: usize) -> Option<&'a str> {
    let name = letters(name);
    effective
        .iter()
        .map(|setting| {
            (
                strsim::damerau_levenshtein(&name, &letters(&setting.key)),
                &setting.key,
            )
        })
        .filter(|(away, _)| *away <= distance)
        .min_by_key(|(away, _)| *away)
        .map(|(_, key)| key.as_str())
}

/// The setting of another section with the same last word.
fn elsewhere<'a>(name: &str, effective: &'a [Effective]) -> Option<&'a str> {
    let field = |key: &str| key.rsplit('.').next().map(letters);
    effective
        .iter()
        .find(|setting| field(&setting.key) == field(name))
        .map(|setting| setting.key.as_str())
}

/// Separators are what people mistype most, so they do not count.
fn letters(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}
