use super::{Signs, Verdict, judge};
use crate::engine::{
    account::AccountSettings,
    repository::{ChunkFacts, Commit, Explanation, IfEqual},
    session::{SessionId, SessionState},
};

fn append(length: u64) -> Commit {
    Commit {
        session: SessionId(1),
        fence: 0,
        chunk: ChunkFacts { length, digest: 0 },
        is_last: false,
        if_equal: IfEqual::Undecided,
        extents: Vec::new(),
    }
}

fn said(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Refuse(error) => error.label(),
        Verdict::AnswerAgain {
            is_doubtful: false, ..
        } => "again",
        Verdict::AnswerAgain {
            is_doubtful: true, ..
        } => "again, in doubt",
        Verdict::Look => "look",
        Verdict::Commit { if_equal, .. } => match if_equal {
            IfEqual::Undecided => "commit",
            IfEqual::Next => "commit the next bytes",
            IfEqual::Doubtful(_) => "commit, in doubt",
        },
    }
}

/// Every owner there can be.
fn owners() -> impl Iterator<Item = Option<AccountSettings>> {
    let some = (0..16_u8).map(|bits| {
        let bit = |n: u8| bits >> n & 1 == 1;
        Some(AccountSettings {
            enabled: bit(0),
            switch_group: if bit(1) { "ours" } else { "theirs" }.to_owned(),
            fax_service: bit(2),
            primary: bit(3),
            ..AccountSettings::default()
        })
    });
    some.chain([None])
}

fn allowed() -> Option<AccountSettings> {
    owners().nth(15).flatten()
}

fn met(state: SessionState, received: u64) -> Explanation {
    Explanation {
        state,
        received,
        max_chunk: 100,
        max_total: 1000,
        doubtful: 0,
        appends: 9,
        fence: 3,
        owner: allowed(),
        suspect: false,
        ours: true,
        equal: false,
    }
}

/// The first of the troubles, as the original service looks for them.
fn expected(met: &Explanation, length: u64) -> &'static str {
    let takes = match met.state {
        SessionState::Open => true,
        SessionState::Complete => met.equal,
        SessionState::Consumed | SessionState::Cancelled | SessionState::Expired => false,
    };
    match &met.owner {
        _ if !takes => "session_not_open",
        None => "account_disabled",
        Some(owner) if !owner.enabled => "account_disabled",
        Some(owner) if owner.switch_group != "ours" => "other_switch_group",
        Some(owner) if !owner.fax_service => "no_fax_service",
        Some(owner) if !owner.primary => "not_primary",
        Some(_) if met.equal && met.state == SessionState::Complete => "again",
        Some(_) if met.equal => "again, in doubt",
        Some(_) if length == 0 => "empty_chunk",
        Some(_) if length > met.max_chunk => "chunk_too_large",
        Some(_) if met.received + length > met.max_total => "total_too_large",
        Some(_) => "commit",
    }
}

#[test]
fn the_first_trouble_is_told_whatever_else_is_wrong() {
    let signs = Signs {
        telling: Some(true),
        ..Signs::default()
    };
    for owner in owners() {
        for state in SessionState::ALL {
            for equal in [false, true] {
                for (length, received) in [(0, 0), (100, 900), (100, 901), (101, 0)] {
                    let met = Explanation {
                        owner: owner.clone(),
                        equal,
                        ..met(state, received)
                    };
                    let verdict = judge(&append(length), Some(&met), signs, "ours");
                    assert_eq!(said(&verdict), expected(&met, length), "{length}: {met:?}");
                }
            }
        }
    }
}

#[test]
fn a_session_that_never_was_takes_nothing() {
    let verdict = judge(&append(1), None, Signs::default(), "");
    assert_eq!(said(&verdict), "session_not_open");
}

/// The rules for an equal chunk, in their order.
#[test]
fn what_an_equal_chunk_is() {
    for bits in 0..32_u8 {
        let bit = |n: u8| bits >> n & 1 == 1;
        for telling in [None, Some(false), Some(true)] {
            let signs = Signs {
                same_connection: bit(0),
                unheard: bit(1),
                telling,
            };
            let is_closed = bit(4);
            let state = if is_closed {
                SessionState::Complete
            } else {
                SessionState::Open
            };
            let met = Explanation {
                ours: bit(2),
                suspect: bit(3),
                equal: true,
                ..met(state, 100)
            };
            let expected = if is_closed {
                "again"
            } else if signs.same_connection && met.ours {
                "commit the next bytes"
            } else if signs.unheard || met.suspect || telling == Some(true) {
                "again, in doubt"
            } else if telling.is_none() {
                "look"
            } else {
                "commit, in doubt"
            };
            let verdict = judge(&append(100), Some(&met), signs, "ours");
            assert_eq!(said(&verdict), expected, "{signs:?} {met:?}");
        }
    }
}

#[test]
fn bytes_in_doubt_do_not_count_but_are_never_more_than_all_others() {
    let signs = |telling| Signs {
        telling,
        ..Signs::default()
    };
    let verdict = |received, doubtful, equal| {
        let met = Explanation {
            doubtful,
            equal,
            ..met(SessionState::Open, received)
        };
        let verdict = judge(&append(100), Some(&met), signs(Some(false)), "ours");
        said(&verdict)
    };
    assert_eq!(verdict(1000, 0, false), "total_too_large");
    assert_eq!(verdict(1000, 100, false), "commit");
    assert_eq!(verdict(1001, 100, false), "total_too_large");
    assert_eq!(verdict(1000, 0, true), "commit, in doubt");
    assert_eq!(verdict(1900, 900, true), "commit, in doubt");
    assert_eq!(verdict(1901, 901, true), "total_too_large");
}
