//! What the service says about itself.

use actix_web::{HttpRequest, HttpResponse};

use crate::{http::public_address, soap};

use super::InterFax;

const WSDL: &str = include_str!("../../../wsdl/dfs.wsdl");

impl InterFax {
    /// Answers GET and HEAD.
    pub(super) fn document(&self, request: &HttpRequest) -> HttpResponse {
        let address = self.address(request);
        if request.query_string().eq_ignore_ascii_case("wsdl") {
            return HttpResponse::Ok()
                .content_type("text/xml; charset=utf-8")
                .body(soap::wsdl::render(WSDL, &address));
        }
        HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body(format!(
                "This is the InterFax service. Its operations are called with SOAP; their description is at {address}?wsdl\n"
            ))
    }

    /// The address a client is to send its calls to: the fixed one, or the one it has used.
    fn address(&self, request: &HttpRequest) -> String {
        let path = &self.settings.path;
        match &self.settings.public_url {
            Some(url) => format!("{}{path}", url.trim_end_matches('/')),
            None => public_address(request, &self.addresses, path),
        }
    }
}
