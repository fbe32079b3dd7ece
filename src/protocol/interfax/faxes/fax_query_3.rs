//! `FaxQuery3`: the faxes that meet conditions, with numbers of 64 bits.

use crate::soap::{Operation, Parameter, Type};

use super::{
    super::types::{FAX_QUERY_RESULT3, QUERY_CONTROL3, QUERY_FORM},
    log_in::{PASSWORD, USERNAME},
};

pub const OPERATION: Operation = Operation {
    name: "FaxQuery3",
    about: "Does what FaxQuery2 does, with 64-bit transaction numbers.",
    parameters: &[
        USERNAME,
        PASSWORD,
        Parameter::new("QueryForm", Type::Structure(&QUERY_FORM)),
        Parameter::new("QueryControl", Type::Structure(&QUERY_CONTROL3)),
    ],
    result: Type::Structure(&FAX_QUERY_RESULT3),
};
