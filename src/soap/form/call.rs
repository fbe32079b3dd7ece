//! From a form to the answer of its operation.

use tokio::io::AsyncBufRead;

use super::{FormError, MEDIA_TYPE, error::plain_text};
use crate::soap::{
    Contract, Fault, Operation, Outcome, Parameters, ReadError, Reply, Response, Service,
    media_type, service::run,
};

/// Serves `POST /service.asmx/Operation` with an urlencoded form as its body.
///
/// `path_info` is what follows the service's path, without its escapes: `/Operation`. As with
/// [`handle()`](crate::soap::handle()), `body` is undone of `Content-Encoding`; it is not
/// transcoded, because a form's characters are UTF-8 in escapes.
pub async fn handle_form<S: Service, R: AsyncBufRead + Unpin>(
    service: &S,
    path_info: &str,
    content_type: Option<&str>,
    body: R,
) -> Outcome {
    let operation = find(service.contract(), path_info)
        .and_then(|operation| check_type(content_type).map(|()| operation));
    answer(service, operation, body).await
}

/// Serves `GET /service.asmx/Operation?query`.
pub async fn handle_query<S: Service>(service: &S, path_info: &str, query: &str) -> Outcome {
    let operation = find(service.contract(), path_info);
    answer(service, operation, query.as_bytes()).await
}

/// Runs any operation, those with `ref` parameters included, with the fields of an urlencoded
/// form: for a page from which operations are tried.
///
/// # Errors
/// As for the form bindings; [`ReadError::Form`] is told with its text. An operation that cannot be
/// called with fields is not known here.
pub async fn call_form<S: Service, R: AsyncBufRead + Unpin>(
    service: &S,
    operation: &'static Operation,
    body: R,
) -> Result<Result<Reply, Fault>, ReadError> {
    if !operation.has_test_form() {
        return Err(FormError::UnknownMethod(operation.name.to_owned()).into());
    }
    let mut parameters = Parameters::of_form(body, operation);
    let call = service.read(operation, &mut parameters).await?;
    parameters.finish().await?;
    Ok(run(service, operation, call).await)
}

/// The answer to a path below the service's, `/Operation` included, that no binding serves.
///
/// Deviation: the original shows this text within a page of HTML (`asmx::form_dispatch`).
pub fn unrecognized(path_info: &str) -> Outcome {
    let refused = FormError::Unrecognized(path_info.to_owned()).into();
    outcome(None, Err(refused))
}

async fn answer<S: Service, R: AsyncBufRead + Unpin>(
    service: &S,
    operation: Result<&'static Operation, FormError>,
    body: R,
) -> Outcome {
    let operation = match operation {
        Ok(operation) => operation,
        Err(error) => return outcome(None, Err(error.into())),
    };
    let namespace = service.contract().namespace;
    let called = call_form(service, operation, body).await;
    let response = called.map(|result| match result {
        Ok(reply) => reply.into_form_response(operation.result, namespace),
        Err(fault) => plain_text(&fault.reason),
    });
    outcome(Some(operation.name), response)
}

fn outcome(operation: Option<&'static str>, result: Result<Response, ReadError>) -> Outcome {
    let refusal = result.as_ref().err().map(ReadError::for_log);
    Outcome {
        response: result.or_else(|error| error.into_answer(|fault| plain_text(&fault.reason))),
        version: None,
        operation,
        refusal,
    }
}

/// The operation that the path names, if the form bindings have it.
fn find(contract: &Contract, path_info: &str) -> Result<&'static Operation, FormError> {
    let name = path_info.strip_prefix('/').unwrap_or_default();
    if name.is_empty() {
        return Err(FormError::Unrecognized(path_info.to_owned()));
    }
    let forms = || contract.operations.iter().filter(|found| found.has_form());
    let unknown = || {
        let other_case = forms().find(|found| found.name.eq_ignore_ascii_case(name));
        match other_case {
            Some(found) => FormError::WrongCase {
                asked: name.to_owned(),
                known: found.name,
            },
            None => FormError::UnknownMethod(name.to_owned()),
        }
    };
    forms().find(|found| found.name == name).ok_or_else(unknown)
}

/// Only forms are taken: an envelope that is sent here is not SOAP, as in the original.
fn check_type(content_type: Option<&str>) -> Result<(), FormError> {
    let given = content_type.unwrap_or_default();
    if media_type(given) == MEDIA_TYPE {
        return Ok(());
    }
    Err(FormError::ContentType(given.to_owned()))
}
