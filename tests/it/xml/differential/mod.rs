//! Another parser agrees: on generated documents and on damaged ones.

mod documents;

use proptest::prelude::*;

use super::support::PIECES;
use crate::fuzzing::xml::compare;
use documents::{damaged, document};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_well_formed_document_is_accepted_with_the_same_tree(document in document()) {
        for piece in PIECES {
            prop_assert!(compare(&document, piece), "{}", document);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn a_damaged_document_is_refused_or_has_the_same_tree(document in damaged()) {
        prop_assert_eq!(compare(&document, 3), compare(&document, usize::MAX));
    }
}
