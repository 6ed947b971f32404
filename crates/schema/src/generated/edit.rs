//! Hand-made specimen; `cargo xtask codegen` replaces it.

/// The input of `fal-ai/ideogram/v2/turbo/edit`.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[non_exhaustive]
pub struct EditInput {
    /// What to draw.
    pub prompt: ::std::string::String,
    /// The picture to edit.
    pub image_url: ::std::string::String,
    /// The mask.
    pub mask_url: ::std::string::String,
    /// Seed of the random number generator.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub seed: ::core::option::Option<i64>,
    /// Style of the picture.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub style: ::core::option::Option<crate::Style>,
    /// Let MagicPrompt enrich the prompt.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub expand_prompt: ::core::option::Option<bool>,
    /// Answer with a data URI; the output is then in no history.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub sync_mode: ::core::option::Option<bool>,
}

impl EditInput {
    /// With what is required.
    pub fn new(prompt: impl ::core::convert::Into<::std::string::String>, image_url: impl ::core::convert::Into<::std::string::String>, mask_url: impl ::core::convert::Into<::std::string::String>) -> Self {
        Self {
            prompt: prompt.into(),
            image_url: image_url.into(),
            mask_url: mask_url.into(),
            seed: ::core::option::Option::None,
            style: ::core::option::Option::None,
            expand_prompt: ::core::option::Option::None,
            sync_mode: ::core::option::Option::None,
        }
    }

    /// Sets `seed`.
    #[must_use]
    pub fn with_seed(mut self, seed: i64) -> Self {
        self.seed = ::core::option::Option::Some(seed);
        self
    }

    /// Sets `style`.
    #[must_use]
    pub fn with_style(mut self, style: impl ::core::convert::Into<crate::Style>) -> Self {
        self.style = ::core::option::Option::Some(style.into());
        self
    }

    /// Sets `expand_prompt`.
    #[must_use]
    pub fn with_expand_prompt(mut self, expand_prompt: bool) -> Self {
        self.expand_prompt = ::core::option::Option::Some(expand_prompt);
        self
    }

    /// Sets `sync_mode`.
    #[must_use]
    pub fn with_sync_mode(mut self, sync_mode: bool) -> Self {
        self.sync_mode = ::core::option::Option::Some(sync_mode);
        self
    }
}

/// Repaint the masked part of an image. `fal-ai/ideogram/v2/turbo/edit`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Edit;

impl crate::Endpoint for Edit {
    const ID: &'static str = "fal-ai/ideogram/v2/turbo/edit";
    const INFO: &'static crate::EndpointInfo = &crate::EndpointInfo {
        id: Self::ID,
        owner: "fal-ai",
        app: "ideogram",
        name: "Edit",
        verb: "edit",
        summary: "Repaint the masked part of an image.",
        positional: &["image_url", "prompt"],
        inputs: &[
            crate::Field { name: "prompt", description: "What to draw.", kind: crate::FieldKind::String { min_length: None, max_length: None }, required: true, nullable: false, default: None, examples: &[] },
            crate::Field { name: "image_url", description: "The picture to edit.", kind: crate::FieldKind::File(crate::FileRole::Image), required: true, nullable: false, default: None, examples: &[] },
            crate::Field { name: "mask_url", description: "The mask.", kind: crate::FieldKind::File(crate::FileRole::Mask), required: true, nullable: false, default: None, examples: &[] },
            crate::Field { name: "seed", description: "Seed of the random number generator.", kind: crate::FieldKind::Integer(crate::Bounds::NONE), required: false, nullable: true, default: None, examples: &[] },
            crate::Field { name: "style", description: "Style of the picture.", kind: crate::FieldKind::Enum(crate::Style::VALUES), required: false, nullable: false, default: Some("\"auto\""), examples: &[] },
            crate::Field { name: "expand_prompt", description: "Let MagicPrompt enrich the prompt.", kind: crate::FieldKind::Boolean, required: false, nullable: false, default: Some("true"), examples: &[] },
            crate::Field { name: "sync_mode", description: "Answer with a data URI; the output is then in no history.", kind: crate::FieldKind::Boolean, required: false, nullable: false, default: Some("false"), examples: &[] },
        ],
        outputs: &[
            crate::Field { name: "images", description: "The pictures.", kind: crate::FieldKind::Array { items: &crate::FieldKind::File(crate::FileRole::Image), min_items: None, max_items: None }, required: true, nullable: false, default: None, examples: &[] },
            crate::Field { name: "seed", description: "The seed that was used.", kind: crate::FieldKind::Integer(crate::Bounds::NONE), required: true, nullable: false, default: None, examples: &[] },
        ],
        price: Some(crate::Price { micros: 50_000, currency: "USD", unit: "image" }),
    };
    type Input = EditInput;
    type Output = crate::Output;
}

impl crate::EndpointInput for EditInput {
    type Endpoint = Edit;
}
