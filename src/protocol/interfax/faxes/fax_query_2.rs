//! `FaxQuery2`: the faxes that meet conditions.

use crate::soap::{Operation, Parameter, Type};

use super::{
    super::types::{FAX_QUERY_RESULT, QUERY_CONTROL, QUERY_FORM},
    log_in::{PASSWORD, USERNAME},
};

pub const OPERATION: Operation = Operation {
    name: "FaxQuery2",
    about: "Finds the faxes that meet all conditions of QueryForm, and counts them by status.",
    parameters: &[
        USERNAME,
        PASSWORD,
        Parameter::new("QueryForm", Type::Structure(&QUERY_FORM)),
        Parameter::new("QueryControl", Type::Structure(&QUERY_CONTROL)),
    ],
    result: Type::Structure(&FAX_QUERY_RESULT),
};
