//! The description of the interface (OpenAPI 3.1), made of the very routes that are served: what is served is described, and
//! what is described is served. Says nothing about any entry.

use super::bodies::{
    Approve, Assign, Edited, Merge, OfMessage, Reason, Reject, Relate, Revise, SetAside, Split, Unassign, Wish,
};
use super::publications::{CarriedOut, Wanted};
use super::{ROOT, Route, add, routes};
use crate::review::desk::List;
use axum::Json;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::openapi::content::Content;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, Paths, Ref, RefOr, Required};
use utoipa::{PartialSchema, ToSchema};

/// What a route takes beside its address.
#[derive(Clone, Copy)]
pub enum Takes {
    Nothing,
    /// What a list is narrowed to.
    Filter,
    /// `after` and `limit`.
    Page,
    /// A decision upon a version: a body, and If-Match.
    Decision(&'static str),
    /// A body.
    Body(&'static str),
    /// A mail or files.
    Input,
}

impl Takes {
    /// A decision with a body of this form.
    pub fn decision(name: &'static str) -> Self {
        Self::Decision(name)
    }

    /// Largest body.
    pub fn most_bytes(self) -> usize {
        match self {
            Self::Input => add::MOST_BYTES,
            _ => 1 << 20,
        }
    }
}

/// The description.
pub async fn openapi() -> Result<Json<Value>, super::Problem> {
    serde_json::to_value(description()).map(Json).map_err(|error| super::Problem::failed(&error))
}

fn description() -> OpenApi {
    let mut paths = Paths::new();
    for route in routes() {
        let item = PathItem::new(method(&route), operation(&route).build());
        let path = format!("{ROOT}{}", route.path);
        match paths.paths.get_mut(&path) {
            Some(known) => known.merge_operations(item),
            None => {
                paths.paths.insert(path, item);
            }
        }
    }
    let about =
        "What the pages of Pouch can do, for programs. Errors are problem details (RFC 9457); docs/api.md says more.";
    let info = InfoBuilder::new().title("Pouch").version("1").description(Some(about)).build();
    let mut api = OpenApi::new(info, paths);
    let mut components = ComponentsBuilder::new();
    for (name, schema) in schemas() {
        components = components.schema(name, schema);
    }
    let key = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("pouch_...").build();
    api.components = Some(components.security_scheme("key", SecurityScheme::Http(key)).build());
    api
}

fn method(route: &Route) -> HttpMethod {
    if route.method == "post" { HttpMethod::Post } else { HttpMethod::Get }
}

fn text() -> Schema {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).build().into()
}

fn number() -> Schema {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)).build().into()
}

fn anything(about: &str) -> RefOr<Schema> {
    RefOr::T(ObjectBuilder::new().schema_type(SchemaType::Type(Type::Object)).description(Some(about)).build().into())
}

fn parameter(place: ParameterIn, name: &str, about: &str, required: bool, schema: Schema) -> Parameter {
    let required = if required { Required::True } else { Required::False };
    let one = ParameterBuilder::new().name(name).parameter_in(place).required(required);
    one.description(Some(about)).schema(Some(schema)).build()
}

fn parameters(route: &Route) -> Vec<Parameter> {
    let mut all = Vec::new();
    for name in route.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
        let about = if name == "digest" { "SHA-256 of the file" } else { "Id, as lists give it" };
        all.push(parameter(ParameterIn::Path, name, about, true, text()));
    }
    let query = |name: &str, about: &str, schema| parameter(ParameterIn::Query, name, about, false, schema);
    match route.takes {
        Takes::Filter => {
            let lists = List::ALL.map(List::as_str).join(", ");
            all.push(query("list", &format!("One of {lists}; queued, if nothing is said"), text()));
            all.push(query(
                "recommendation",
                "Id in the catalogue, or none; may stand several times, as the next four",
                text(),
            ));
            all.push(query("section", "Id of a section of the catalogue", text()));
            all.push(query("language", "ISO 639-1", text()));
            all.push(query("kind", "Kind of the submitter", text()));
            all.push(query("badge", "What somebody has to look at", text()));
            all.push(query("day", "Day of arrival (2023-12-05); may name several, with commas", text()));
            all.push(query("q", "Words to look for; a phrase in quotes", text()));
            all.push(query("since", "Number of a change: only what changed after it", number()));
            if route.path == "/items" {
                all.push(query("after", "Where the page begins: take it from next", text()));
                all.push(query("limit", "Entries of a page, 1 to 100", number()));
            }
        }
        Takes::Page => {
            all.push(query("after", "Number behind which the page begins", number()));
            all.push(query("limit", "Of a page, 1 to 200", number()));
        }
        Takes::Input => {
            for (name, about) in [
                ("source", "How it came, in words"),
                ("from", "Name <address>; for files"),
                ("title", "If no file says it"),
                ("received", "A day, or a time; without it: now"),
            ] {
                all.push(query(name, about, text()));
            }
        }
        Takes::Decision(_) => {
            let about = "The ETag of the entry that was looked at; without it: 428, with an old one: 412";
            all.push(parameter(ParameterIn::Header, "If-Match", about, true, text()));
        }
        Takes::Nothing | Takes::Body(_) => {}
    }
    if route.method == "post" {
        let about =
            "The same key with the same request by the same person is answered the same for 24 hours, and done once";
        all.push(parameter(ParameterIn::Header, "Idempotency-Key", about, false, text()));
    }
    all
}

fn operation(route: &Route) -> OperationBuilder {
    let id = format!("{}_{}", route.method, route.path.trim_matches('/').replace(['/', '-'], "_"));
    let right = route.right.map_or("any key", |right| right.as_str());
    let mut one = OperationBuilder::new()
        .operation_id(Some(id.replace(['{', '}'], "")))
        .summary(Some(route.about))
        .description(Some(format!("Takes the right: {right}.")))
        .security(SecurityRequirement::new("key", Vec::<String>::new()));
    for parameter in parameters(route) {
        one = one.parameter(parameter);
    }
    if let Some(body) = body(route.takes) {
        one = one.request_body(Some(body.required(Some(Required::True)).build()));
    }
    let problem = || {
        let content = Content::new(Some(Ref::from_schema_name("Problem")));
        ResponseBuilder::new().description("Why not").content("application/problem+json", content).build()
    };
    one.response(success(route), answer(route)).response("default", problem())
}

fn body(takes: Takes) -> Option<RequestBodyBuilder> {
    let json = |name: &str| {
        RequestBodyBuilder::new().content("application/json", Content::new(Some(Ref::from_schema_name(name))))
    };
    match takes {
        Takes::Decision(name) | Takes::Body(name) => Some(json(name)),
        Takes::Input => Some(
            RequestBodyBuilder::new()
                .content("multipart/form-data", Content::new(Some(Ref::from_schema_name("Files"))))
                .content("message/rfc822", Content::new(Some(RefOr::T(text())))),
        ),
        Takes::Nothing | Takes::Filter | Takes::Page => None,
    }
}

fn success(route: &Route) -> &'static str {
    match route.path {
        "/publications/leases" => "201",
        "/items" if route.method == "post" => "201",
        _ => "200",
    }
}

fn answer(route: &Route) -> Response {
    let (kind, name) = match (route.path, route.takes) {
        ("/publications/{id}/files/{digest}", _) => ("application/octet-stream", "Bytes"),
        ("/items", Takes::Filter) => ("application/json", "Items"),
        ("/items/{id}", _) => ("application/json", "Item"),
        ("/publications", _) | ("/publications/leases", _) => ("application/json", "Publications"),
        ("/publications/{id}", _) | ("/publications/{id}/acknowledge", _) => ("application/json", "Publication"),
        (_, Takes::Decision(_) | Takes::Input) => ("application/json", "Decided"),
        _ => ("application/json", "Answer"),
    };
    let content = Content::new(Some(Ref::from_schema_name(name)));
    ResponseBuilder::new().description(route.about).content(kind, content).build()
}

/// A form, by the name under which the description knows it.
fn form<T: ToSchema + PartialSchema>(all: &mut BTreeMap<String, RefOr<Schema>>) {
    all.insert(T::name().into_owned(), T::schema());
    let mut more = Vec::new();
    T::schemas(&mut more);
    all.extend(more);
}

fn schemas() -> BTreeMap<String, RefOr<Schema>> {
    let mut all = BTreeMap::new();
    form::<Reason>(&mut all);
    form::<Approve>(&mut all);
    form::<Reject>(&mut all);
    form::<Edited>(&mut all);
    form::<Assign>(&mut all);
    form::<Unassign>(&mut all);
    form::<Merge>(&mut all);
    form::<Revise>(&mut all);
    form::<Split>(&mut all);
    form::<SetAside>(&mut all);
    form::<OfMessage>(&mut all);
    form::<Wish>(&mut all);
    form::<Relate>(&mut all);
    form::<Wanted>(&mut all);
    form::<CarriedOut>(&mut all);
    for (name, about, keys) in [
        ("Item", "An entry, as docs/list-json.md has it", &["id", "outcome", "state", "seen", "title"][..]),
        ("Items", "A page", &["items", "next", "behind", "change"]),
        ("Decided", "What followed, and the entry as it is now", &["item"]),
        (
            "Publication",
            "A submission in public, or no longer",
            &["id", "sequence", "change", "manifest_digest", "files"],
        ),
        ("Publications", "Changes; of a lease with its id and end", &["publications"]),
        ("Files", "source, from, title, received, and one or more of file", &["source", "from", "file"]),
        ("Answer", "See docs/api.md", &[]),
        ("Problem", "Problem details (RFC 9457)", &["type", "title", "status", "detail"]),
    ] {
        all.insert(name.into(), keyed(about, keys));
    }
    all.insert("Bytes".into(), RefOr::T(text()));
    all
}

/// An object that has these keys at least.
fn keyed(about: &str, keys: &[&str]) -> RefOr<Schema> {
    let RefOr::T(schema) = anything(about) else { return anything(about) };
    let mut value = serde_json::to_value(&schema).unwrap_or_else(|_| json!({}));
    value["required"] = json!(keys);
    serde_json::from_value(value).map(RefOr::T).unwrap_or_else(|_| anything(about))
}
