//! A real browser, driven over `WebDriver`.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use crate::support::eventually::{eventually, until};

/// What no step takes, however busy the machine is.
const PATIENCE: Duration = Duration::from_mins(1);
/// How an element is named in the answers of `WebDriver`.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Chromium without a window, with a profile of its own, and with JavaScript switched off.
pub struct Browser {
    driver: Child,
    session: String,
    profile: TempDir,
}

impl Browser {
    /// Starts the driver, and the browser with it.
    pub async fn start() -> Self {
        spawn_blocking(|| {
            let profile = tempfile::tempdir().expect("a folder");
            let mut driver = Command::new("chromedriver")
                .arg("--port=0")
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("chromedriver starts");
            let mut lines = BufReader::new(driver.stdout.take().expect("a pipe")).lines();
            let port = lines
                .find_map(|line| {
                    let line = line.expect("a line");
                    let (_, port) = line.split_once("started successfully on port ")?;
                    Some(port.trim_end_matches('.').to_owned())
                })
                .expect("the driver says its port");
            // Keeps the pipe open: the driver goes on writing.
            std::thread::spawn(move || lines.for_each(drop));
            let sessions = format!("http://127.0.0.1:{port}/session");
            let mut browser = Self {
                driver,
                session: String::new(),
                profile,
            };
            let answer = send("POST", &sessions, &browser.capabilities()).expect("a session");
            let id = answer["sessionId"].as_str().expect("its name");
            browser.session = format!("{sessions}/{id}");
            browser
        })
        .await
        .expect("a browser")
    }

    fn capabilities(&self) -> Value {
        let profile = format!("--user-data-dir={}", self.profile.path().display());
        json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": {
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--no-proxy-server", profile,
            ],
            "prefs": {"profile.managed_default_content_settings.javascript": 2},
        }}}})
    }

    /// Opens an address.
    pub async fn open(&self, url: &str) {
        self.ask("POST", "url", json!({ "url": url })).await;
    }

    /// The address of the page.
    pub async fn url(&self) -> String {
        text(&self.ask("GET", "url", Value::Null).await)
    }

    /// The page's markup as it is now.
    pub async fn source(&self) -> String {
        text(&self.ask("GET", "source", Value::Null).await)
    }

    /// The texts of all elements that a selector finds, as they are shown.
    pub async fn texts(&self, selector: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for element in self.find(selector).await {
            texts.push(text(
                &self
                    .ask("GET", &format!("{element}/text"), Value::Null)
                    .await,
            ));
        }
        texts
    }

    /// The text of the one element that a selector finds.
    pub async fn text(&self, selector: &str) -> String {
        let element = self.one(selector).await;
        text(
            &self
                .ask("GET", &format!("{element}/text"), Value::Null)
                .await,
        )
    }

    /// What stands in a field.
    pub async fn value(&self, selector: &str) -> String {
        let element = self.one(selector).await;
        text(
            &self
                .ask("GET", &format!("{element}/property/value"), Value::Null)
                .await,
        )
    }

    /// Types into a field, after what stands there.
    pub async fn write(&self, selector: &str, text: &str) {
        let element = self.one(selector).await;
        self.ask("POST", &format!("{element}/value"), json!({ "text": text }))
            .await;
    }

    /// Clicks, and waits for the page that comes.
    pub async fn click(&self, selector: &str) {
        let element = self.one(selector).await;
        self.click_element(&element).await;
    }

    /// Clicks on the link or button with this text, and waits for the page that comes.
    pub async fn click_on(&self, selector: &str, label: &str) {
        for element in self.find(selector).await {
            if text(
                &self
                    .ask("GET", &format!("{element}/text"), Value::Null)
                    .await,
            ) == label
            {
                return self.click_element(&element).await;
            }
        }
        panic!("no {selector} is labelled {label} at {}", self.url().await);
    }

    async fn click_element(&self, element: &str) {
        let page = self.one("html").await;
        self.ask("POST", &format!("{element}/click"), json!({}))
            .await;
        // The click may return before the page is left; an element that is left with it is stale.
        until("next page", async || {
            let name = self
                .try_ask("GET", &format!("{page}/name"), Value::Null)
                .await;
            name.is_err()
        })
        .await;
    }

    /// The one element that a selector finds.
    async fn one(&self, selector: &str) -> String {
        eventually(selector, async || {
            let mut found = self.find(selector).await;
            assert!(
                found.len() < 2,
                "several {selector} at {}",
                self.url().await
            );
            found.pop()
        })
        .await
    }

    async fn find(&self, selector: &str) -> Vec<String> {
        let by = json!({"using": "css selector", "value": selector});
        let found = self.ask("POST", "elements", by).await;
        let found = found.as_array().expect("a list");
        found
            .iter()
            .map(|element| format!("element/{}", text(&element[ELEMENT])))
            .collect()
    }

    async fn ask(&self, method: &'static str, command: &str, body: Value) -> Value {
        let answer = self.try_ask(method, command, body).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    async fn try_ask(
        &self,
        method: &'static str,
        command: &str,
        body: Value,
    ) -> Result<Value, Value> {
        let url = format!("{}/{command}", self.session);
        spawn_blocking(move || send(method, &url, &body))
            .await
            .expect("an answer")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser ends with its session, its driver does not.
        if !self.session.is_empty() {
            let _gone = ureq::delete(&self.session).call();
        }
        let _gone = self.driver.kill();
        let _gone = self.driver.wait();
    }
}

/// Sends a command and returns its value, or the error that the driver tells.
fn send(method: &str, url: &str, body: &Value) -> Result<Value, Value> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .into();
    let sent = match method {
        "GET" => agent.get(url).call(),
        _ => agent.post(url).send(body.to_string()),
    };
    let mut answer = sent.expect("the driver answers");
    let text = answer.body_mut().read_to_string().expect("text");
    let answer: Value = serde_json::from_str(&text).expect("JSON");
    let value = answer["value"].clone();
    if value["error"].is_null() {
        Ok(value)
    } else {
        Err(value)
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}
