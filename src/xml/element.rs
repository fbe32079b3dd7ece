//! Start tags: names, namespaces, attributes.

use quick_xml::name::{NamespaceResolver, QName, ResolveResult};

use super::{
    Error, Limit, MAX_ATTRIBUTES, MAX_NAME, MAX_NAMESPACE, Malformed,
    characters::{is_allowed, is_space, split_qualified},
    reference,
};

/// The start tag of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// The namespace, if the element is in one.
    pub namespace: Option<String>,
    /// The name without its prefix.
    pub local: String,
    /// The attributes in document order, namespace declarations included.
    pub attributes: Vec<Attribute>,
}

/// An attribute of an [`Element`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The namespace; an attribute without a prefix is in none.
    pub namespace: Option<String>,
    /// The name without its prefix.
    pub local: String,
    /// The value with its references resolved.
    pub value: String,
}

impl Element {
    /// Whether this is the element `local` of `namespace`.
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.namespace.as_deref() == Some(namespace) && self.local == local
    }

    /// The value of the attribute `local` of `namespace`.
    pub fn attribute(&self, namespace: &str, local: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| {
                attribute.namespace.as_deref() == Some(namespace) && attribute.local == local
            })
            .map(|attribute| attribute.value.as_str())
    }

    /// Reads what stands between `<` and `>` or `/>`, within the namespaces of `resolver`.
    pub(super) fn parse(tag: &str, resolver: &NamespaceResolver) -> Result<Self, Error> {
        let (name, mut rest) = take_name(tag)?;
        if name.starts_with("xmlns:") {
            return Err(Malformed::UnknownPrefix.into());
        }
        let mut known = Vec::new();
        let bound = resolver.resolve_element(QName(name)).0;
        let (namespace, local) = expand(&bound, name, &mut known)?;
        let mut element = Self {
            namespace,
            local,
            attributes: Vec::new(),
        };
        while !rest.is_empty() {
            let Some(attribute) = skip_required_space(rest)? else {
                break;
            };
            if element.attributes.len() == MAX_ATTRIBUTES {
                return Err(Limit::Attributes.into());
            }
            let (name, raw, after) = take_attribute(attribute)?;
            if is_declaration(name) && raw.len() > MAX_NAMESPACE {
                return Err(Limit::Name.into());
            }
            if raw.is_empty() && name.starts_with("xmlns:") {
                return Err(Malformed::EmptyNamespace.into());
            }
            let bound = resolver.resolve_attribute(QName(name)).0;
            let (namespace, local) = expand(&bound, name, &mut known)?;
            if element
                .attributes
                .iter()
                .any(|other| other.local == local && other.namespace == namespace)
            {
                return Err(Malformed::DuplicateAttribute.into());
            }
            let value = attribute_value(raw)?;
            if is_declaration(name) && is_reserved(&value) && name != "xmlns:xml" {
                return Err(Malformed::ReservedNamespace.into());
            }
            element.attributes.push(Attribute {
                namespace,
                local,
                value,
            });
            rest = after;
        }
        Ok(element)
    }
}

/// The `name="value"` pairs of an XML declaration, which knows neither namespaces nor references.
pub(super) fn pseudo_attributes(mut rest: &str) -> Result<Vec<(&str, &str)>, Error> {
    let mut pairs = Vec::new();
    while !rest.is_empty() && pairs.len() < 4 {
        let Some(attribute) = skip_required_space(rest)? else {
            break;
        };
        let (name, value, after) = take_attribute(attribute)?;
        pairs.push((name, value));
        rest = after;
    }
    Ok(pairs)
}

/// What follows the white space at the beginning of `text`, if anything does.
fn skip_required_space(text: &str) -> Result<Option<&str>, Malformed> {
    let after = text.trim_start_matches(is_space);
    if after.is_empty() {
        Ok(None)
    } else if after.len() == text.len() {
        Err(Malformed::Attribute)
    } else {
        Ok(Some(after))
    }
}

/// Splits `name = "value" rest` into its name, raw value and rest.
fn take_attribute(text: &str) -> Result<(&str, &str, &str), Error> {
    let (name, rest) = take_name(text)?;
    let quoted = rest
        .trim_start_matches(is_space)
        .strip_prefix('=')
        .ok_or(Malformed::Attribute)?
        .trim_start_matches(is_space);
    let (value, rest) = ['"', '\'']
        .into_iter()
        .find_map(|quote| quoted.strip_prefix(quote)?.split_once(quote))
        .ok_or(Malformed::Attribute)?;
    Ok((name, value, rest))
}

fn take_name(text: &str) -> Result<(&str, &str), Error> {
    let end = text
        .find(|character| is_space(character) || character == '=')
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.len() > MAX_NAME {
        return Err(Limit::Name.into());
    }
    split_qualified(name).ok_or(Malformed::Name)?;
    Ok((name, rest))
}

fn is_declaration(attribute: &str) -> bool {
    attribute == "xmlns" || attribute.starts_with("xmlns:")
}

/// Whether a namespace is bound by definition.
fn is_reserved(namespace: &str) -> bool {
    matches!(
        namespace,
        "http://www.w3.org/XML/1998/namespace" | "http://www.w3.org/2000/xmlns/"
    )
}

/// `known`: namespaces as they are spelled in their declarations, whose references are still
/// unresolved, and what they are. Many attributes in few long namespaces cost little more than one.
fn expand<'r>(
    resolved: &ResolveResult<'r>,
    name: &str,
    known: &mut Vec<(&'r str, String)>,
) -> Result<(Option<String>, String), Malformed> {
    let (prefix, local) = split_qualified(name).ok_or(Malformed::Name)?;
    let namespace = match resolved {
        ResolveResult::Bound(namespace) => {
            let spelled = namespace.into_inner();
            let found = known.iter().find(|(known, _)| *known == spelled);
            if let Some((_, namespace)) = found {
                Some(namespace.clone())
            } else {
                let namespace = attribute_value(spelled)?;
                known.push((spelled, namespace.clone()));
                Some(namespace)
            }
        }
        ResolveResult::Unbound if prefix.is_none() => None,
        ResolveResult::Unbound | ResolveResult::Unknown(_) => {
            return Err(Malformed::UnknownPrefix);
        }
    };
    Ok((namespace.filter(|uri| !uri.is_empty()), local.to_owned()))
}

/// Resolves references and turns each white space character into a blank, and each line end into
/// one, as XML wants.
fn attribute_value(raw: &str) -> Result<String, Malformed> {
    let plain = |byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'<');
    if raw.bytes().all(plain) {
        return Ok(raw.to_owned());
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        match character {
            '<' => return Err(Malformed::Attribute),
            '&' => {
                let (name, after) = rest.split_once(';').ok_or(Malformed::Reference)?;
                value.push(reference::resolve(name)?);
                rest = after;
            }
            '\r' if rest.starts_with('\n') => {}
            _ if is_space(character) => value.push(' '),
            _ if is_allowed(character) => value.push(character),
            _ => return Err(Malformed::Character),
        }
    }
    Ok(value)
}
