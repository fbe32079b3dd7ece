//! Which form is a call, and who is turned away.

use crate::{
    forms::support::{FORM, form_request, query_request},
    support::{
        gateway::Gateway,
        request::{Request, session_element},
    },
};

use super::support::{NO_SESSION, ask, form_error, form_result};

fn cancel() -> String {
    format!("SessionID={NO_SESSION}")
}

fn post_to(path: &str) -> Request {
    form_request("", &cancel()).line(&format!("POST {path} HTTP/1.1"))
}

fn get(target: &str) -> Request {
    Request::get(&format!("{target}?{}", cancel()))
}

#[tokio::test]
async fn the_path_names_the_operation() {
    let gateway = Gateway::start().await;
    for path in [
        "/dfs.asmx/CancelFileUpload",
        "/DFS.Asmx/CancelFileUpload",
        "/dfs.asmx/Cancel%46ileUpload",
    ] {
        assert_eq!(ask(&gateway, &get(path)).await, form_result(-1062));
        assert_eq!(ask(&gateway, &post_to(path)).await, form_result(-1062));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_query_string_is_ignored_on_post() {
    let gateway = Gateway::start().await;
    let request = post_to("/dfs.asmx/CancelFileUpload?SessionID=other&op=x");
    assert_eq!(ask(&gateway, &request).await, form_result(-1062));
    let request = form_request("CancelFileUpload", "")
        .line("POST /dfs.asmx/CancelFileUpload?SessionID=other HTTP/1.1");
    let missing = form_error("Missing parameter: SessionID.");
    assert_eq!(ask(&gateway, &request).await, missing);
    gateway.stop().await;
}

#[tokio::test]
async fn unknown_operations() {
    let gateway = Gateway::start().await;
    for (path, name) in [
        ("/dfs.asmx/Unheard", "Unheard"),
        ("/dfs.asmx/CancelFileUpload/", "CancelFileUpload/"),
        ("/dfs.asmx/a/b", "a/b"),
        ("/dfs.asmx/%3Cb%3E+%C3%A4", "&lt;b&gt;+ä"),
        // It has a `ref` parameter.
        ("/dfs.asmx/StartFileUpload", "StartFileUpload"),
        ("/dfs.asmx/startfileupload", "startfileupload"),
    ] {
        let told = form_error(&format!("{name} Web Service method name is not valid."));
        assert_eq!(ask(&gateway, &get(path)).await, told);
        assert_eq!(ask(&gateway, &post_to(path)).await, told);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_operation_in_other_letters() {
    let gateway = Gateway::start().await;
    let told = form_error(
        "Invalid method name 'cancelfileUPLOAD',  method names are case sensitive.   The method name 'CancelFileUpload' with the same name but different casing was found.",
    );
    let path = "/dfs.asmx/cancelfileUPLOAD";
    assert_eq!(ask(&gateway, &get(path)).await, told);
    assert_eq!(ask(&gateway, &post_to(path)).await, told);
    gateway.stop().await;
}

#[tokio::test]
async fn a_path_without_an_operation() {
    let gateway = Gateway::start().await;
    let told = form_error("Request format is unrecognized for URL unexpectedly ending in '/'.");
    assert_eq!(ask(&gateway, &get("/dfs.asmx/")).await, told);
    assert_eq!(ask(&gateway, &post_to("/dfs.asmx/")).await, told);
    gateway.stop().await;
}

#[tokio::test]
async fn only_forms_are_posted() {
    let gateway = Gateway::start().await;
    let form = form_request("CancelFileUpload", &cancel());
    for content_type in [
        FORM,
        "Application/X-WWW-Form-URLencoded ; charset=\"utf-8\"",
    ] {
        let request = form.clone().header("Content-Type", content_type);
        assert_eq!(ask(&gateway, &request).await, form_result(-1062));
    }
    for content_type in [
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/json",
    ] {
        let request = form.clone().header("Content-Type", content_type);
        let told = form_error(&format!("Request format is invalid: {content_type}."));
        assert_eq!(ask(&gateway, &request).await, told);
    }
    let request = form.without("Content-Type");
    assert_eq!(
        ask(&gateway, &request).await,
        form_error("Request format is invalid: .")
    );
    gateway.stop().await;
}

#[tokio::test]
async fn an_envelope_below_the_path_is_no_form() {
    let gateway = Gateway::start().await;
    let told = |content_type| form_error(&format!("Request format is invalid: {content_type}."));
    let session = session_element(NO_SESSION);
    let line = "POST /dfs.asmx/CancelFileUpload HTTP/1.1";
    let soap_11 = Request::soap_11("CancelFileUpload", &session).line(line);
    assert_eq!(
        ask(&gateway, &soap_11).await,
        told("text/xml; charset=utf-8")
    );
    let soap_12 = Request::soap_12("CancelFileUpload", &session).line(line);
    let content_type = "application/soap+xml; charset=utf-8; action=&quot;http://www.interfax.cc/CancelFileUpload&quot;";
    assert_eq!(ask(&gateway, &soap_12).await, told(content_type));
    gateway.stop().await;
}

#[tokio::test]
async fn other_verbs_run_nothing() {
    let gateway = Gateway::start().await;
    for verb in ["HEAD", "PUT", "DELETE", "OPTIONS"] {
        let line = format!("{verb} /dfs.asmx/CancelFileUpload?{} HTTP/1.1", cancel());
        let request = Request::get("").line(&line);
        assert_eq!(
            ask(&gateway, &request).await,
            "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, POST\r\nContent-Length: 0\r\n\r\n",
            "{verb}"
        );
    }
    gateway.stop().await;
}

#[tokio::test]
async fn get_can_be_switched_off() {
    let gateway = Gateway::with(|settings| settings.interfax.http_get = false).await;
    let told = form_error(
        "Request format is unrecognized for URL unexpectedly ending in '/CancelFileUpload'.",
    );
    let get = query_request("CancelFileUpload", &cancel());
    assert_eq!(ask(&gateway, &get).await, told);
    let post = form_request("CancelFileUpload", &cancel());
    assert_eq!(ask(&gateway, &post).await, form_result(-1062));
    let put = get.line("PUT /dfs.asmx/CancelFileUpload HTTP/1.1");
    assert!(ask(&gateway, &put).await.contains("\r\nAllow: POST\r\n"));
    gateway.stop().await;
}

#[tokio::test]
async fn paths_beside_the_service_are_nobodys() {
    let gateway = Gateway::start().await;
    for path in ["/dfs.asmxCancelFileUpload", "/x/dfs.asmx/CancelFileUpload"] {
        assert!(ask(&gateway, &get(path)).await.starts_with("HTTP/1.1 404 "));
    }
    gateway.stop().await;
}
