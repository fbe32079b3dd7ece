//! Facts, description and table agree.

use chunkgate::protocol::interfax::CONTRACT;

use super::{described, dispatched};

const DESCRIPTION: &str = include_str!("../../../wsdl/dfs.wsdl");

/// The facts without comments and empty lines.
fn facts() -> Vec<&'static str> {
    let lines = include_str!("facts.txt").lines();
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

#[track_caller]
fn assert_same(found: &[String], who: &str) {
    let facts = facts();
    for fact in &facts {
        assert!(
            found.iter().any(|line| line == fact),
            "{who} does not say: {fact}"
        );
    }
    for line in found {
        assert!(
            facts.contains(&line.as_str()),
            "{who} says what is no fact: {line}"
        );
    }
    assert_eq!(
        found.join("\n"),
        facts.join("\n"),
        "{who} says it in another order"
    );
}

#[test]
fn the_description_says_the_vendors_facts() {
    assert_same(&described::facts(DESCRIPTION), "the description");
}

#[test]
fn the_table_of_operations_says_the_vendors_facts() {
    assert_same(&dispatched::facts(&CONTRACT), "the table");
}
