//! Trying an operation from its help page.
//!
//! Deviation: the original's form goes to the form binding, which answers with bare XML and has no
//! operation with `ref` parameters. Ours goes to the help page, and every operation has one
//! (`help::form`).

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    http::header::{HOST, ORIGIN},
    web::Payload,
};
use tokio::io::{AsyncBufRead, copy_buf, sink};

use crate::{
    http::{holding, is_local},
    settings::TestFormAccess,
    soap::{
        self, Body, FormError, Operation, Outcome, ReadError, Response,
        help::{Help, Page, Recorder, TestForm, Trial},
    },
};

use super::{
    CONTRACT, Exchange, InterFax,
    documents::{Document, HTML, confine, page},
    endpoint::{Binding, header},
};

impl InterFax {
    /// Whether the client of `request` may try operations.
    pub(super) fn test_form(&self, request: &HttpRequest) -> TestForm {
        match self.settings.test_form {
            TestFormAccess::Always => TestForm::Shown,
            TestFormAccess::Never => TestForm::Off,
            TestFormAccess::Local if is_local(request, &self.addresses) => TestForm::Shown,
            TestFormAccess::Local => TestForm::OnlyLocal,
        }
    }

    /// Whether a POST is the form of a help page, from a client that may send it.
    ///
    /// Without the form it is a POST like any other, and has to be SOAP.
    pub(super) fn is_trial(&self, request: &HttpRequest) -> bool {
        let content_type = header(request, "content-type").unwrap_or_default();
        soap::media_type(&content_type) == soap::FORM_MEDIA_TYPE
            && matches!(
                Document::asked_for(request.query_string()),
                Document::Help(Some(_))
            )
            && self.test_form(request) == TestForm::Shown
    }

    /// Runs the operation that the query names, and answers with its page.
    pub(super) async fn try_operation(
        &self,
        request: &HttpRequest,
        payload: Payload,
    ) -> HttpResponse {
        let address = self.address(request);
        let help = self.help(request, &address);
        if is_from_elsewhere(request, &address) {
            let mut refusal = page(help.sent_from_elsewhere());
            *refusal.status_mut() = StatusCode::FORBIDDEN;
            return holding(refusal, payload);
        }
        let query = request.query_string();
        let Document::Help(Some(name)) = Document::asked_for(query) else {
            return holding(page(help.index()), payload);
        };
        let Some(operation) = CONTRACT.operation(&name) else {
            return holding(page(help.operation(&name)), payload);
        };
        let only_show = form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == "show");
        let mut response = self
            .call(request, payload, Binding::Form, async |exchange, body| {
                if only_show {
                    fill_in(help, operation, body).await
                } else {
                    run(help, exchange, operation, body).await
                }
            })
            .await;
        confine(&mut response);
        response
    }
}

/// Shows the operation's form with what was sent, and runs nothing.
async fn fill_in<R: AsyncBufRead + Unpin>(
    help: Help<'_>,
    operation: &'static Operation,
    body: R,
) -> Outcome {
    let mut form = Recorder::new(body, operation);
    let read = copy_buf(&mut form, &mut sink()).await;
    Outcome {
        response: read.map(|_| response(200, help.filled(operation, &form.entered()))),
        version: None,
        operation: None,
        refusal: None,
    }
}

async fn run<R: AsyncBufRead + Unpin>(
    help: Help<'_>,
    exchange: &Exchange<'_>,
    operation: &'static Operation,
    body: R,
) -> Outcome {
    let mut form = Recorder::new(body, operation);
    let (status, trial) = match soap::call_form(exchange, operation, &mut form).await {
        Ok(Ok(reply)) => (200, Ok(Trial::Ran(reply))),
        Ok(Err(fault)) => (500, Ok(Trial::Refused(fault.reason))),
        Err(ReadError::Body(error)) => (400, Err(error)),
        Err(ReadError::Form(error)) => (400, Ok(Trial::Refused(in_a_browser(&error)))),
        Err(_) => (
            400,
            Ok(Trial::Refused("The form cannot be read.".to_owned())),
        ),
    };
    let refusal =
        matches!(trial, Ok(Trial::Refused(_))).then(|| "the form cannot be used".to_owned());
    // What is behind the field that ended it was entered, too.
    let rest = copy_buf(&mut form, &mut sink()).await;
    let entered = form.entered();
    Outcome {
        response: trial
            .and_then(|trial| rest.map(|_| trial))
            .map(|trial| response(status, help.result(operation, entered, &trial))),
        version: None,
        operation: Some(operation.name),
        refusal,
    }
}

/// What is wrong with a form that a browser has encoded: nobody has to be told how that is done.
fn in_a_browser(error: &FormError) -> String {
    match error {
        FormError::Data(name) => format!("{name} is not base64."),
        _ => error.to_string(),
    }
}

/// A page that nobody keeps: it may name a session.
fn response(status: u16, page: Page) -> Response {
    Response {
        status,
        content_type: Some(HTML),
        cache_control: Some("no-store"),
        body: Body::from(page),
    }
}

/// Whether a browser says that a page of another site sent the form: with the browser's help, any
/// page could reach a gateway that only listens to its own machine.
fn is_from_elsewhere(request: &HttpRequest, address: &str) -> bool {
    if let Some(site) = header(request, "sec-fetch-site") {
        return !matches!(&*site, "same-origin" | "none");
    }
    let Some(origin) = header(request, ORIGIN.as_str()) else {
        return false;
    };
    let host = header(request, HOST.as_str());
    let ours = [Some(authority(address)), host.as_deref()];
    let theirs = without_usual_port(authority(&origin));
    // `null` is a page that hides where it comes from.
    !ours
        .into_iter()
        .flatten()
        .any(|our| without_usual_port(our).eq_ignore_ascii_case(theirs))
}

/// Host and port of an address.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// A browser leaves out the port that goes with the scheme; a proxy may not.
fn without_usual_port(authority: &str) -> &str {
    let without = |port| authority.strip_suffix(port);
    without(":80")
        .or_else(|| without(":443"))
        .unwrap_or(authority)
}
