//! Service descriptions.

use crate::xml::escape;

/// Stands in a description for the address of the service.
const ADDRESS: &str = "@ADDRESS@";

/// The description `contract` with `address` wherever it has `@ADDRESS@`.
///
/// The address is the one the client used: old clients send their calls to where the
/// description points, not to where they got it.
pub fn render(contract: &str, address: &str) -> String {
    let mut escaped = String::new();
    escape(address, &mut escaped);
    contract.replace(ADDRESS, &escaped)
}
