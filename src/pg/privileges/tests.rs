use super::*;

const ROOT: u32 = 0;
const POSTGRES: (&str, u32) = ("postgres", 101);
const NOBODY: (&str, u32) = ("nobody", 65534);
const ALICE: (&str, u32) = ("alice", 1000);
const CHUNKGATE: (&str, u32) = ("chunkgate", 999);

struct Table(&'static [(&'static str, u32)]);

impl Users for Table {
    fn by_name(&self, name: &str) -> Option<OsUser> {
        self.0
            .iter()
            .find(|user| user.0 == name)
            .map(|user| os_user(*user))
    }

    fn by_uid(&self, uid: u32) -> Option<OsUser> {
        self.0
            .iter()
            .find(|user| user.1 == uid)
            .map(|user| os_user(*user))
    }
}

fn os_user((name, uid): (&str, u32)) -> OsUser {
    OsUser {
        name: name.to_owned(),
        uid,
        gid: uid,
    }
}

/// The plan in short: the user to become, `stay`, or the error's first words.
fn outcome(
    euid: u32,
    owner: Option<u32>,
    configured: Option<&str>,
    users: &'static [(&'static str, u32)],
) -> String {
    match plan(euid, owner, configured, &Table(users)) {
        Ok(Plan::Stay) => "stay".to_owned(),
        Ok(Plan::Become(user)) => user.name,
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn root_becomes_the_configured_user_else_the_owner_else_a_usual_one() {
    let all: &[_] = &[("root", 0), CHUNKGATE, POSTGRES, NOBODY, ALICE];
    for (owner, configured, users, expected) in [
        (None, None, all, "chunkgate"),
        (None, None, &[POSTGRES, NOBODY], "postgres"),
        (None, None, &[NOBODY], "nobody"),
        (Some(ROOT), None, all, "chunkgate"),
        (Some(ALICE.1), None, all, "alice"),
        (Some(ALICE.1), Some("postgres"), all, "postgres"),
        (None, Some("alice"), all, "alice"),
    ] {
        let found = outcome(ROOT, owner, configured, users);
        assert_eq!(
            found, expected,
            "owner {owner:?}, configured {configured:?}"
        );
    }
}

#[test]
fn an_ordinary_user_stays_who_it_is() {
    for owner in [None, Some(ROOT), Some(POSTGRES.1)] {
        assert_eq!(outcome(ALICE.1, owner, None, &[ALICE]), "stay");
    }
    assert_eq!(outcome(ALICE.1, None, Some("alice"), &[ALICE]), "stay");
}

#[test]
fn what_cannot_be_done_is_refused_with_the_setting_to_mend() {
    for (euid, owner, configured, users, expected) in [
        (ROOT, None, None, &[("root", 0)][..], "useradd"),
        (ROOT, None, Some("root"), &[("root", 0)], "server.user"),
        (ROOT, None, Some("bob"), &[ALICE], "\"bob\""),
        (ROOT, Some(4242), None, &[ALICE, POSTGRES], "4242"),
        (
            ALICE.1,
            None,
            Some("postgres"),
            &[ALICE, POSTGRES],
            "only root can become postgres",
        ),
    ] {
        let found = outcome(euid, owner, configured, users);
        assert!(
            found.starts_with("error: ") && found.contains(expected),
            "{configured:?}: {found}"
        );
    }
}
