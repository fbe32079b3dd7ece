//! `GetAllErrorCodes` and `GetErrorDescription`: what numbers mean.

use std::collections::BTreeMap;

use super::support::{Call, gateway, items};

/// The numbers in clients' tables.
const CODES: [i64; 28] = [
    -111, -112, -114, -123, -150, -310, -311, -312, -666, -677, -710, -1002, -1003, -1004, -1005,
    -1007, -1008, -1009, -1010, -1011, -1030, -1059, -1061, -1062, -1063, -1066, -1876, -2003,
];

/// What faxes end with here, and nowhere else.
const ENDS: [i64; 5] = [1, 900_001, 900_002, 900_003, 900_004];

#[tokio::test]
async fn every_number_has_a_meaning_and_each_is_listed_once() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let answer = Call::of("GetAllErrorCodes").answer(&mut client).await;
    let listed = items(&answer.body, "ErrorMessage");
    let mut meanings = BTreeMap::new();
    for message in &listed {
        let fields: Vec<&str> = message.0.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(fields, ["Code", "Description"]);
        let meaning = message.text("Description");
        assert!(!meaning.is_empty(), "{message:?}");
        let other = meanings.insert(message.number("Code"), meaning);
        assert_eq!(other, None, "{message:?}");
    }
    for code in CODES.into_iter().chain(ENDS).chain([0]) {
        let meaning = meanings.remove(&code);
        let meaning = meaning.unwrap_or_else(|| panic!("{code} has no meaning"));
        let call = Call::of("GetErrorDescription").with("code", &code.to_string());
        let answer = call.answer(&mut client).await;
        let told = items(&answer.body, "GetErrorDescriptionResponse");
        assert_eq!(told[0].text("GetErrorDescriptionResult"), meaning);
    }
    assert!(meanings.is_empty(), "nobody knows {meanings:?}");
    gateway.stop().await;
}

#[tokio::test]
async fn an_unknown_number_is_called_so() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for code in ["-1", "6017", "-2147483648"] {
        let call = Call::of("GetErrorDescription").with("code", code);
        let answer = call.answer(&mut client).await;
        let told = answer.text("GetErrorDescriptionResult");
        assert_eq!(told, Some("unknown code"), "{code}");
    }
    // One that is missing is 0.
    let without = Call::of("GetErrorDescription").answer(&mut client).await;
    assert_eq!(without.text("GetErrorDescriptionResult"), Some("done"));
    gateway.stop().await;
}
