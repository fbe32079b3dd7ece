//! Words that the rules are written in.

use chunkgate::{
    engine::{
        account::{Account, AccountSettings},
        repository::SessionName,
        session::{SessionKey, SessionStatus},
    },
    settings::Settings,
};

use crate::support::{
    gateway::{Gateway, PASSWORD, USER},
    request::{Request, chunk_element, credentials, session_element},
    soap::{Answer, Client},
};

pub const MIB: usize = 1 << 20;

/// A name that no session has.
pub const NO_SESSION: &str = "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF";

/// The result of starting a session with these credentials.
pub async fn start(client: &mut Client, user: &str, password: &str) -> i64 {
    client
        .start_as(user, password)
        .await
        .result("StartFileUpload")
}

/// The same, as if it came from `address`; the gateway must trust the tests' address.
pub async fn start_from(client: &mut Client, address: &str, user: &str, password: &str) -> i64 {
    client
        .send(&start_request(address, user, password))
        .await
        .result("StartFileUpload")
}

/// The request behind that.
pub fn start_request(address: &str, user: &str, password: &str) -> Vec<u8> {
    let request = Request::soap_11("StartFileUpload", &credentials(user, password));
    request.forwarded_for(address).bytes()
}

/// A gateway that believes what the tests say about where they call from.
pub async fn behind_proxy() -> Gateway {
    behind_proxy_with(|_| ()).await
}

/// The same with other settings.
pub async fn behind_proxy_with(change: impl FnOnce(&mut Settings)) -> Gateway {
    Gateway::with(|settings| {
        settings.http.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
        change(settings);
    })
    .await
}

/// The answer to `UploadFileChunk` with these parameters, as XML.
pub async fn upload(client: &mut Client, parameters: &str) -> i64 {
    client
        .call("UploadFileChunk", parameters)
        .await
        .result("UploadFileChunk")
}

/// The parameters of a chunk without `IsLast`.
pub fn chunk_for(session: &str, bytes: &[u8]) -> String {
    session_element(session) + &chunk_element(bytes)
}

/// An account as it is now.
pub async fn account(gateway: &Gateway, name: &str) -> Account {
    let found = gateway.repository.account(&name.to_lowercase()).await;
    found.expect("the database answers").expect("an account")
}

/// Changes the tests' account as an operator would.
pub async fn change_account(gateway: &Gateway, change: impl FnOnce(&mut AccountSettings)) {
    let Account {
        id,
        password_hash,
        mut settings,
        ..
    } = account(gateway, USER).await;
    change(&mut settings);
    let changed = gateway
        .repository
        .update_account(id, &password_hash, &settings)
        .await;
    assert!(changed.expect("the database answers"));
}

/// Everything about a session.
pub async fn status(gateway: &Gateway, session: &str) -> SessionStatus {
    let name = SessionName::Key(SessionKey::of(session));
    let found = gateway.repository.status(name).await;
    found.expect("the database answers").expect("a session")
}

/// Whether the session holds exactly these bytes.
pub async fn holds(gateway: &Gateway, session: &str, bytes: &[u8]) -> bool {
    let id = gateway.session(session).await;
    gateway.content(id).await == bytes
}

/// Bytes that compress badly and differ everywhere, the same in every run.
pub fn document(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.flatten().take(length).collect()
}

/// The fault's text.
pub fn fault(answer: &Answer) -> &str {
    assert_eq!(answer.status, 500, "{answer:?}");
    answer.text("faultstring").expect("a fault")
}

/// The parameters of a log-in that works.
pub fn good_credentials() -> String {
    credentials(USER, PASSWORD)
}
