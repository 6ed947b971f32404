//! The table of verdicts: every kind of change, and what it is on the wire and in the Rust API.

use super::verdict::{Position, Rust, Wire};
use Rust::{Major, Minor, Patch};
use Wire::{Behaviour, Breaking, Compatible};
use serde::{Serialize, Serializer};

/// Defines [`Kind`] from the table below, so that the documentation, the names and the verdicts are in one place.
macro_rules! kinds {
    ($($(#[doc = $meaning:literal])+ $kind:ident = $name:literal, $request:expr, $response:expr;)+) => {
        /// Every kind of change, each with its verdicts: on the wire and in the Rust API, in a request and in a response.
        ///
        /// What is in both gets the worse of the two; what no operation reaches is compatible on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Kind {
            $(
                $(#[doc = $meaning])+
                #[doc = concat!("\n\nRequest: `", stringify!($request), "`. Response: `", stringify!($response), "`.")]
                $kind,
            )+
        }

        impl Kind {
            /// Every kind, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The name in `--json`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }

            const fn verdicts(self) -> [(Wire, Rust); 2] {
                match self {
                    $(Self::$kind => [$request, $response],)+
                }
            }
        }
    };
}

kinds! {
    /// Not known to this command, so taken for the worst.
    Unknown = "unknown", (Breaking, Major), (Breaking, Major);
    /// Written in another way, with the same meaning.
    Representation = "representation", (Compatible, Patch), (Compatible, Patch);
    /// Text for people: descriptions, summaries, titles, tags, links.
    Text = "text", (Compatible, Patch), (Compatible, Patch);
    /// An example.
    Example = "example", (Compatible, Patch), (Compatible, Patch);
    /// What a description says of itself: its title, its version, the version of OpenAPI, a hint for a form.
    Info = "info", (Compatible, Patch), (Compatible, Patch);
    /// Marked as deprecated, or no longer.
    Deprecated = "deprecated", (Compatible, Minor), (Compatible, Minor);

    /// A whole document was added.
    DocumentAdded = "document-added", (Compatible, Minor), (Compatible, Minor);
    /// A whole document was removed.
    DocumentRemoved = "document-removed", (Breaking, Major), (Breaking, Major);
    /// The base URL changed or went. Old builds call the old one; the Rust API stays as it is.
    Server = "server", (Breaking, Patch), (Breaking, Patch);
    /// What a webhook is sent is another.
    Callback = "callback", (Breaking, Patch), (Breaking, Patch);
    /// One more server, after the first.
    ServerAdded = "server-added", (Compatible, Patch), (Compatible, Patch);
    /// Other credentials are needed.
    SecurityRequired = "security-required", (Breaking, Major), (Breaking, Major);
    /// Further credentials are accepted, or none are needed.
    SecurityRelaxed = "security-relaxed", (Compatible, Minor), (Compatible, Minor);
    /// How a credential is sent changed.
    SecurityScheme = "security-scheme", (Breaking, Major), (Breaking, Major);

    /// An endpoint was added: a marker, an input and an output.
    EndpointAdded = "endpoint-added", (Compatible, Minor), (Compatible, Minor);
    /// An endpoint was removed.
    EndpointRemoved = "endpoint-removed", (Breaking, Major), (Breaking, Major);
    /// The same operation has another endpoint id, which is where calls go and what `Endpoint::ID` says.
    EndpointId = "endpoint-id", (Breaking, Major), (Breaking, Major);
    /// Status, result and cancel live under another owner or app. The Rust API stays as it is.
    EndpointApp = "endpoint-app", (Breaking, Patch), (Breaking, Patch);
    /// The marker type, the input or the output has another name.
    EndpointType = "endpoint-type", (Compatible, Major), (Compatible, Major);
    /// The command has another name, or takes other fields by position.
    EndpointCommand = "endpoint-command", (Compatible, Major), (Compatible, Major);
    /// The list price. Nothing fails, but a call costs something else.
    Price = "price", (Behaviour, Patch), (Behaviour, Patch);
    /// An operation was added.
    OperationAdded = "operation-added", (Compatible, Minor), (Compatible, Minor);
    /// An operation was removed.
    OperationRemoved = "operation-removed", (Breaking, Major), (Breaking, Major);
    /// The path changed. Old builds call the old one; the generated operations are private.
    Path = "path", (Breaking, Patch), (Breaking, Patch);
    /// The method changed. Old builds use the old one; the generated operations are private.
    Method = "method", (Breaking, Patch), (Breaking, Patch);
    /// The `operationId`, the name of a private function.
    OperationId = "operation-id", (Compatible, Patch), (Compatible, Patch);

    /// A query, header or path parameter that may be left out was added.
    ParameterAdded = "parameter-added", (Compatible, Minor), (Compatible, Minor);
    /// A parameter that must be sent was added.
    ParameterAddedRequired = "parameter-added-required", (Breaking, Major), (Breaking, Major);
    /// A parameter was removed.
    ParameterRemoved = "parameter-removed", (Breaking, Major), (Breaking, Major);
    /// A parameter must now be sent.
    ParameterRequired = "parameter-required", (Breaking, Major), (Breaking, Major);
    /// A parameter may now be left out: an argument becomes an option.
    ParameterOptional = "parameter-optional", (Compatible, Major), (Compatible, Major);
    /// How a parameter is written into the URL or the header.
    ParameterStyle = "parameter-style", (Breaking, Patch), (Breaking, Patch);
    /// The order of parameters. The generated operations are private.
    ParameterOrder = "parameter-order", (Compatible, Patch), (Compatible, Patch);
    /// A request's body that may be left out was added, or may now be.
    BodyOptional = "body-optional", (Compatible, Minor), (Compatible, Minor);
    /// A request's body must now be sent.
    BodyRequired = "body-required", (Breaking, Major), (Breaking, Major);
    /// A request has no body any more.
    BodyRemoved = "body-removed", (Breaking, Major), (Breaking, Major);
    /// One more content type: a choice in a request, something to expect in a response.
    ContentTypeAdded = "content-type-added", (Compatible, Minor), (Behaviour, Patch);
    /// A content type was removed.
    ContentTypeRemoved = "content-type-removed", (Breaking, Major), (Breaking, Major);
    /// How a form's fields are encoded.
    Encoding = "encoding", (Breaking, Major), (Breaking, Major);
    /// One more status of success.
    SuccessAdded = "success-added", (Behaviour, Minor), (Behaviour, Minor);
    /// A status of success was removed.
    SuccessRemoved = "success-removed", (Breaking, Major), (Breaking, Major);
    /// One more status of failure. Clients must take unlisted failures anyway.
    FailureAdded = "failure-added", (Behaviour, Patch), (Behaviour, Patch);
    /// A status of failure was removed.
    FailureRemoved = "failure-removed", (Compatible, Patch), (Compatible, Patch);
    /// A response header was added.
    HeaderAdded = "header-added", (Compatible, Minor), (Compatible, Minor);
    /// A response header was removed.
    HeaderRemoved = "header-removed", (Breaking, Major), (Breaking, Major);
    /// A response header is now always there.
    HeaderRequired = "header-required", (Compatible, Patch), (Compatible, Patch);
    /// A response header may now be missing. The client treats every header so.
    HeaderOptional = "header-optional", (Breaking, Patch), (Breaking, Patch);

    /// A named schema was added: a public type.
    SchemaAdded = "schema-added", (Compatible, Minor), (Compatible, Minor);
    /// A named schema was removed. What that means on the wire is told where it was used.
    SchemaRemoved = "schema-removed", (Compatible, Major), (Compatible, Major);
    /// A named schema has another name: its Rust type is renamed.
    SchemaRenamed = "schema-renamed", (Compatible, Major), (Compatible, Major);
    /// A place refers to another named schema, or stops or starts to refer to one: another Rust type. What differs between
    /// the two on the wire is told in rows of its own.
    Reference = "reference", (Compatible, Major), (Compatible, Major);
    /// Another named part (a parameter, a response) was added or removed. What it means is told where it is used.
    Component = "component", (Compatible, Patch), (Compatible, Patch);
    /// Another type.
    Type = "type", (Breaking, Major), (Breaking, Major);
    /// More values fit the type: `integer` became `number`, a type became anything.
    TypeWidened = "type-widened", (Compatible, Major), (Breaking, Major);
    /// Fewer values fit the type.
    TypeNarrowed = "type-narrowed", (Breaking, Major), (Compatible, Major);
    /// The format of a text or number, which the Rust types do not show.
    Format = "format", (Behaviour, Patch), (Behaviour, Patch);
    /// The only value allowed.
    Constant = "constant", (Breaking, Major), (Breaking, Major);
    /// What the server takes when the field is left out. Nothing fails, but the answer differs.
    Default = "default", (Behaviour, Patch), (Compatible, Patch);
    /// Only sent, or only received.
    Access = "access", (Breaking, Major), (Breaking, Major);
    /// Which field tells the member of a union that a value is.
    Discriminator = "discriminator", (Breaking, Major), (Breaking, Major);

    /// A field that may be left out was added. Inputs and outputs are `#[non_exhaustive]`, set with `with_*`.
    FieldAdded = "field-added", (Compatible, Minor), (Compatible, Minor);
    /// A field that must be there was added: `new` gains an argument.
    FieldAddedRequired = "field-added-required", (Breaking, Major), (Compatible, Major);
    /// A field was removed.
    FieldRemoved = "field-removed", (Breaking, Major), (Breaking, Major);
    /// A field must now be there: `Option<T>` becomes `T`, and `new` gains an argument.
    FieldRequired = "field-required", (Breaking, Major), (Compatible, Major);
    /// A field may now be left out: `T` becomes `Option<T>`, and `new` loses an argument.
    FieldOptional = "field-optional", (Compatible, Major), (Breaking, Major);
    /// `null` is now a value: `T` becomes `Option<T>`.
    NullAllowed = "null-allowed", (Compatible, Major), (Breaking, Major);
    /// `null` is no longer a value.
    NullRefused = "null-refused", (Breaking, Major), (Compatible, Major);
    /// `null` is now a value of a field that may be left out, which is an `Option<T>` either way.
    NullAllowedOptional = "null-allowed-optional", (Compatible, Patch), (Breaking, Patch);
    /// `null` is no longer a value of a field that may be left out.
    NullRefusedOptional = "null-refused-optional", (Breaking, Patch), (Compatible, Patch);
    /// The order of the fields that must be there, which is the order of the arguments of `new`: two of one type would be
    /// swapped with no error from the compiler.
    RequiredOrder = "required-order", (Compatible, Major), (Compatible, Major);
    /// The order in which fields are shown.
    FieldOrder = "field-order", (Compatible, Patch), (Compatible, Patch);
    /// Fields that are not described may now be there. The Rust types ignore them.
    AdditionalAllowed = "additional-allowed", (Compatible, Patch), (Breaking, Patch);
    /// Fields that are not described may no longer be there.
    AdditionalRefused = "additional-refused", (Breaking, Patch), (Compatible, Patch);

    /// One more value. Generated enumerations are open and `#[non_exhaustive]`, so nobody fails on it.
    EnumValueAdded = "enum-value-added", (Compatible, Minor), (Compatible, Minor);
    /// A value was removed, and its variant with it.
    EnumValueRemoved = "enum-value-removed", (Breaking, Major), (Compatible, Major);
    /// The values are listed in another order.
    EnumOrder = "enum-order", (Compatible, Patch), (Compatible, Patch);
    /// The values are now listed: a text became an enumeration.
    EnumClosed = "enum-closed", (Breaking, Major), (Compatible, Major);
    /// The values are no longer listed.
    EnumOpened = "enum-opened", (Compatible, Major), (Compatible, Major);
    /// The names of variants.
    EnumNames = "enum-names", (Compatible, Major), (Compatible, Major);

    /// A number had no bounds and has them now: a checked type in requests.
    BoundAdded = "bound-added", (Breaking, Major), (Compatible, Major);
    /// A number lost its bounds: its checked type goes.
    BoundRemoved = "bound-removed", (Compatible, Major), (Breaking, Major);
    /// A number's range grew: the checked type takes more. What is only received is not checked.
    BoundWidened = "bound-widened", (Compatible, Minor), (Breaking, Patch);
    /// A number's range shrank: the checked type refuses what it took.
    BoundNarrowed = "bound-narrowed", (Breaking, Major), (Compatible, Patch);
    /// Longer or shorter texts, lists or maps are allowed. The Rust types do not show lengths.
    LengthWidened = "length-widened", (Compatible, Patch), (Breaking, Patch);
    /// Fewer lengths are allowed.
    LengthNarrowed = "length-narrowed", (Breaking, Patch), (Compatible, Patch);
    /// A pattern that texts must match went.
    PatternRemoved = "pattern-removed", (Compatible, Patch), (Breaking, Patch);
    /// A pattern that texts must match came.
    PatternAdded = "pattern-added", (Breaking, Patch), (Compatible, Patch);
    /// Another pattern; which texts match both is not known.
    Pattern = "pattern", (Breaking, Patch), (Breaking, Patch);

    /// One more member at the end of a union: a variant of a `#[non_exhaustive]` enum.
    MemberAdded = "member-added", (Compatible, Minor), (Breaking, Minor);
    /// A member of a union was removed.
    MemberRemoved = "member-removed", (Breaking, Major), (Compatible, Major);
    /// The order in which the members of a union are tried and named.
    MemberOrder = "member-order", (Compatible, Major), (Compatible, Major);
    /// One more schema that must also fit.
    PartAdded = "part-added", (Breaking, Major), (Compatible, Major);
    /// A schema that had to fit went.
    PartRemoved = "part-removed", (Compatible, Major), (Breaking, Major);

    /// The name that an enumeration has in Rust.
    SharedName = "shared-name", (Compatible, Major), (Compatible, Major);
    /// A text is now a file, or another sort of file: tools offer uploads.
    FileRole = "file-role", (Compatible, Minor), (Compatible, Minor);
    /// A text is no longer a file: tools stop uploading.
    FileRoleRemoved = "file-role-removed", (Compatible, Major), (Compatible, Major);
}

impl Kind {
    /// The verdicts for a change of this kind in that position.
    pub fn verdict(self, position: Position) -> (Wire, Rust) {
        let [request, response] = self.verdicts();
        let worse = (request.0.max(response.0), request.1.max(response.1));
        match position {
            Position::Request => request,
            Position::Response => response,
            Position::Both => worse,
            // Unused schemas still have Rust types; what is no schema has one verdict wherever it is.
            Position::None if request == response => request,
            Position::None => (Wire::Compatible, worse.1),
        }
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
