//! The two versions of SOAP.

/// A version of SOAP, told by the namespace of its envelope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// SOAP 1.1; also the version of answers to requests that do not tell theirs.
    #[default]
    V11,
    /// SOAP 1.2.
    V12,
}

impl Version {
    /// The version whose envelope namespace this is.
    pub fn of_envelope(namespace: Option<&str>) -> Option<Self> {
        [Self::V11, Self::V12]
            .into_iter()
            .find(|version| namespace == Some(version.envelope()))
    }

    /// The envelope namespace.
    pub const fn envelope(self) -> &'static str {
        match self {
            Self::V11 => "http://schemas.xmlsoap.org/soap/envelope/",
            Self::V12 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }

    /// The `Content-Type` of answers.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::V11 => "text/xml; charset=utf-8",
            Self::V12 => "application/soap+xml; charset=utf-8",
        }
    }

    /// What the service's name is followed by in the name of this version's port and binding.
    pub(super) const fn port_suffix(self) -> &'static str {
        match self {
            Self::V11 => "Soap",
            Self::V12 => "Soap12",
        }
    }

    /// The attribute that addresses a header block to a node on the way.
    pub(super) const fn role_attribute(self) -> &'static str {
        match self {
            Self::V11 => "actor",
            Self::V12 => "role",
        }
    }

    /// Whether a header block with this role is ours: the last node, and any node.
    pub(super) fn is_our_role(self, role: &str) -> bool {
        match self {
            Self::V11 => matches!(role, "" | "http://schemas.xmlsoap.org/soap/actor/next"),
            Self::V12 => matches!(
                role,
                "" | "http://www.w3.org/2003/05/soap-envelope/role/next"
                    | "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"
            ),
        }
    }
}
