//! Words that the rules of faxes are written in.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use base64_simd::STANDARD;
use chunkgate::{
    engine::account::AccountSettings,
    settings::Settings,
    store::postgres::{Connector, Database, Postgres, TlsSettings},
};
use time::{Duration as Span, OffsetDateTime, format_description::well_known::Rfc3339};

use crate::support::{
    eventually::{eventually, until},
    gateway::{Gateway, PASSWORD, USER, pool},
    request::{Request, credentials},
    soap::{Answer, Client},
    wire::Wire,
};

/// A number that can be dialled.
pub const NUMBER: &str = "+1-212-5550100";

/// A gateway that looks often.
pub async fn gateway() -> Gateway {
    gateway_with(|_| {}).await
}

/// The same with `change`d settings.
pub async fn gateway_with(change: impl FnOnce(&mut Settings)) -> Gateway {
    Gateway::with(|settings| {
        settings.fax.poll_interval = Duration::from_millis(20);
        settings.fax.retry_pause = Duration::from_millis(20);
        settings.fax.status_polls_per_minute = 0;
        change(settings);
    })
    .await
}

/// The parameters of the tests' account.
pub fn log_in() -> String {
    credentials(USER, PASSWORD)
}

/// Parameters as elements.
pub fn elements(parameters: &[(&str, &str)]) -> String {
    let element = |(name, value): &(&str, &str)| format!("<{name}>{value}</{name}>");
    let elements: Vec<String> = parameters.iter().map(element).collect();
    elements.concat()
}

/// Calls an operation as the tests' account.
pub async fn call(client: &mut Client, operation: &str, parameters: &[(&str, &str)]) -> Answer {
    client
        .call(operation, &(log_in() + &elements(parameters)))
        .await
}

/// The number that an operation answers, called as the tests' account.
pub async fn result(client: &mut Client, operation: &str, parameters: &[(&str, &str)]) -> i64 {
    call(client, operation, parameters).await.result(operation)
}

/// Uploads a document and closes its session, whose name it returns.
pub async fn upload(client: &mut Client, bytes: &[u8]) -> String {
    let session = client.start().await;
    let total = client.chunk(&session, bytes, true).await;
    assert_eq!(total, i64::try_from(bytes.len()).expect("short"));
    session
}

/// Submits an upload of one text to one number.
pub async fn submit(client: &mut Client, session: &str, length: usize) -> i64 {
    submit_to(client, NUMBER, session, length).await
}

/// The same to other numbers.
pub async fn submit_to(client: &mut Client, numbers: &str, session: &str, length: usize) -> i64 {
    let sizes = format!("{length}/sessionID={session}");
    let parameters = [
        ("FaxNumbers", numbers),
        ("FileTypes", "TXT"),
        ("FileSizes", &sizes),
    ];
    result(client, "SendfaxEx_2", &parameters).await
}

/// Sends a text inline and returns its transaction.
pub async fn send(client: &mut Client, text: &str) -> i64 {
    let data = STANDARD.encode_to_string(text);
    let parameters = [
        ("FaxNumber", NUMBER),
        ("FileData", &data),
        ("FileType", "TXT"),
    ];
    let id = result(client, "Sendfax", &parameters).await;
    assert!(id > 0, "{id}");
    id
}

/// A call with parameters that can be changed one by one.
#[derive(Clone, Debug)]
pub struct Call {
    operation: &'static str,
    parameters: Vec<(&'static str, String)>,
}

impl Call {
    /// Of an operation as the tests' account.
    pub fn of(operation: &'static str) -> Self {
        Self {
            operation,
            parameters: vec![
                ("Username", USER.to_owned()),
                ("Password", PASSWORD.to_owned()),
            ],
        }
    }

    /// An order by `SendfaxEx_2` of a text in the call itself to one number.
    pub fn order(text: impl AsRef<[u8]>) -> Self {
        Self::of("SendfaxEx_2")
            .with("FaxNumbers", NUMBER)
            .data("FilesData", text.as_ref())
            .with("FileTypes", "TXT")
            .with("FileSizes", &text.as_ref().len().to_string())
    }

    /// An order by `SendfaxEx_2` of an upload of one text to one number.
    pub fn order_of(session: &str, length: usize) -> Self {
        Self::order("")
            .without("FilesData")
            .with("FileSizes", &format!("{length}/sessionID={session}"))
    }

    /// By another operation.
    pub fn by(self, operation: &'static str) -> Self {
        Self { operation, ..self }
    }

    /// With this parameter, in place of one of the same name.
    pub fn with(self, name: &'static str, value: &str) -> Self {
        let mut call = self.without(name);
        call.parameters.push((name, value.to_owned()));
        call
    }

    /// The same with bytes.
    pub fn data(self, name: &'static str, bytes: &[u8]) -> Self {
        self.with(name, &STANDARD.encode_to_string(bytes))
    }

    /// Without this parameter.
    pub fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(known, _)| *known != name);
        self
    }

    /// As an HTTP request.
    pub fn request(&self) -> Request {
        let escaped = self.parameters.iter().map(|(name, value)| {
            let mut escaped = String::new();
            chunkgate::xml::escape(value, &mut escaped);
            (*name, escaped)
        });
        let escaped: Vec<_> = escaped.collect();
        let parameters: Vec<_> = escaped.iter().map(|(name, it)| (*name, &**it)).collect();
        Request::soap_11(self.operation, &elements(&parameters))
    }

    /// The answer.
    pub async fn answer(&self, client: &mut Client) -> Answer {
        client.send(&self.request().bytes()).await
    }

    /// The number in the answer.
    pub async fn result(&self, client: &mut Client) -> i64 {
        self.answer(client).await.result(self.operation)
    }

    /// The transaction that comes of it.
    pub async fn id(&self, client: &mut Client) -> i64 {
        let id = self.result(client).await;
        assert!(id > 0, "{id} for {self:?}");
        id
    }

    /// The number in an answer that counts as lost: its connection broke, so as far as the gateway
    /// can know, nobody has read it.
    pub async fn result_of_lost_answer(&self, gateway: &Gateway) -> i64 {
        let mut wire = Wire::connect(gateway.address).await;
        wire.send(&self.request().bytes()).await;
        let answer = wire.answer().await;
        wire.reset();
        answer.result(self.operation)
    }

    /// The transaction in an answer that a proxy reads to its end and does not pass on: as far as
    /// the gateway can see, it arrived.
    pub async fn read_by_proxy(&self, gateway: &Gateway) -> i64 {
        let mut wire = Wire::connect(gateway.address).await;
        wire.send(&self.request().bytes()).await;
        let id = wire.answer().await.result(self.operation);
        assert!(id > 0, "{id} for {self:?}");
        id
    }
}

/// So much later than now, as a `dateTime`.
pub fn ahead(span: Span) -> String {
    let then = OffsetDateTime::now_utc() + span;
    then.format(&Rfc3339).expect("a time")
}

/// An order that waits for an hour.
pub async fn waiting(client: &mut Client, text: &str) -> i64 {
    let order = Call::order(text).with("Postpone", &ahead(Span::HOUR));
    order.id(client).await
}

/// A fax in an answer: its fields in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item(pub Vec<(String, String)>);

impl Item {
    /// The text of a field.
    pub fn text(&self, field: &str) -> &str {
        let found = self.0.iter().find(|(name, _)| name == field);
        &found.unwrap_or_else(|| panic!("no {field} in {self:?}")).1
    }

    /// The number in a field.
    pub fn number(&self, field: &str) -> i64 {
        self.text(field).parse().expect("a number")
    }
}

/// The elements of this name in a text of XML.
pub fn items(xml: &str, element: &str) -> Vec<Item> {
    let document = roxmltree::Document::parse(xml).expect("XML");
    let found = document
        .descendants()
        .filter(|node| node.tag_name().name() == element);
    found
        .map(|item| {
            let fields = item.children().filter(roxmltree::Node::is_element);
            let field = |it: roxmltree::Node<'_, '_>| {
                let text = it.text().unwrap_or_default();
                (it.tag_name().name().to_owned(), text.to_owned())
            };
            Item(fields.map(field).collect())
        })
        .collect()
}

/// The transactions among the elements of this name in an answer.
pub fn ids(answer: &Answer, element: &str) -> Vec<i64> {
    let items = items(&answer.body, element);
    items.iter().map(|it| it.number("TransactionID")).collect()
}

/// Everything that is told of a transaction.
pub async fn fax(client: &mut Client, id: i64) -> Item {
    let number = id.to_string();
    let parameters = [("Verb", "EQ"), ("VerbData", &*number), ("MaxItems", "1")];
    let answer = call(client, "FaxQuery", &parameters).await;
    let mut found = items(&answer.body, "FaxItemEx");
    assert_eq!(found.len(), 1, "{answer:?}");
    found.remove(0)
}

/// Adds a second account, and returns a call as it.
pub async fn other_account(gateway: &Gateway) -> impl Fn(Call) -> Call + use<> {
    let settings = AccountSettings::default();
    gateway.add_account("Branch", settings).await;
    |call: Call| call.with("Username", "Branch")
}

/// The number that a statement finds.
pub async fn number(gateway: &Gateway, query: &str) -> i64 {
    let sql = gateway.database.connect().await;
    sql.query_one(query, &[]).await.expect(query).get(0)
}

/// Runs statements.
pub async fn run(gateway: &Gateway, statements: &str) {
    let sql = gateway.database.connect().await;
    sql.batch_execute(statements).await.expect(statements);
}

/// The rows of a gateway, for what its jobs do to them.
pub fn rows(gateway: &Gateway) -> Postgres {
    let (config, tls) = (gateway.database.config(), TlsSettings::default());
    let connector = Connector::new(config, &tls, &pool()).expect("a connector");
    let database = Database::new(connector, &pool()).expect("a pool");
    Postgres::new(database, "".into())
}

/// How many submissions there are.
pub async fn submissions(gateway: &Gateway) -> i64 {
    number(gateway, "SELECT count(*) FROM fax_submission").await
}

/// Where the spool of a gateway is.
pub fn spool(gateway: &Gateway) -> PathBuf {
    gateway.directory.path().join("spool/new")
}

/// The directory of an attempt, as soon as it is there.
pub async fn handed_over(gateway: &Gateway, id: i64, attempt: u32) -> PathBuf {
    let directory = spool(gateway).join(format!("{id:09}.{attempt}"));
    eventually("fax in the spool", async || {
        directory.exists().then(|| directory.clone())
    })
    .await
}

/// Says how an attempt ended, as a consumer does.
pub fn say(directory: &Path, status: &str) {
    fs::write(directory.join("status.tmp"), status).expect("a file in the spool");
    fs::rename(directory.join("status.tmp"), directory.join("status")).expect("a status");
}

/// Makes an attempt the consumer's.
pub fn take(directory: &Path) {
    fs::create_dir(directory.join("taken")).expect("nobody has it");
}

/// Waits until an attempt is gone from the spool.
pub async fn forgotten(directory: &Path) {
    until("end of a fax in the spool", async || !directory.exists()).await;
}

/// What an attempt's `fax.json` says.
pub fn description(directory: &Path) -> serde_json::Value {
    let text = fs::read(directory.join("fax.json")).expect("fax.json");
    serde_json::from_slice(&text).expect("JSON")
}

/// The names and bytes of an attempt's documents.
pub fn documents(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let described = description(directory);
    let files = described["documents"].as_array().expect("a list");
    files
        .iter()
        .map(|file| {
            let name = file["file"].as_str().expect("a name");
            let bytes = fs::read(directory.join(name)).expect("the document");
            (name.to_owned(), bytes)
        })
        .collect()
}

/// Sends a fax off, lets the consumer say how it ended, and waits until that is known.
pub async fn ended(gateway: &Gateway, client: &mut Client, id: i64, said: &str) {
    let directory = handed_over(gateway, id, 1).await;
    say(&directory, said);
    forgotten(&directory).await;
    assert!(status(client, id).await >= 0);
}

/// Settings with which documents are dropped as soon as their fax is over.
pub fn drop_documents_at_once(settings: &mut Settings) {
    settings.fax.keep_documents = Duration::ZERO;
    settings.session.sweep_interval = Duration::from_millis(50);
}

/// A fax that was sent, and whose documents such settings have dropped.
pub async fn with_dropped_documents(gateway: &Gateway, client: &mut Client) -> i64 {
    let id = Call::order("text").id(client).await;
    ended(gateway, client, id, "done\n").await;
    let kept = "SELECT count(*) FROM upload_session WHERE kept_since IS NOT NULL";
    until("end of the documents", async || {
        number(gateway, kept).await == 0
    })
    .await;
    id
}

/// The status of a transaction, as `FaxStatus` has it.
pub async fn status(client: &mut Client, id: i64) -> i64 {
    let before = (id + 1).to_string();
    let parameters = [("LastTransactionID", before.as_str()), ("MaxItems", "1")];
    let answer = call(client, "FaxStatus", &parameters).await;
    assert_eq!(answer.text("ResultCode"), Some("0"), "{answer:?}");
    assert_eq!(answer.text("TransactionID"), Some(id.to_string().as_str()));
    let status = answer.text("Status").expect("a status");
    status.parse().expect("a number")
}

/// Waits until a transaction has this status.
pub async fn has_status(client: &mut Client, id: i64, expected: i64) {
    let what = format!("status {expected} of transaction {id}");
    until(&what, async || status(client, id).await == expected).await;
}
