//! Shows the sheet in a Bevy app: for each of its layers one mesh and as many texts as there are words.

use bevy::asset::{RenderAssetUsages, uuid_handle};
use bevy::camera::visibility::NoFrustumCulling;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;
use bevy::reflect::TypePath;
use bevy::render::render_resource::AsBindGroup;
use bevy::shader::ShaderRef;
use bevy::sprite::Anchor;
use bevy::sprite_render::{AlphaMode2d, Material2d, Material2dPlugin};
use bevy::text::LineBreak;
use etude_draw::canvas::{Align, Canvas, Layer, Words};

/// The sheet that is shown.
#[derive(Resource, Default)]
pub struct Picture {
    /// The sheet.
    pub canvas: Canvas,
}

/// Paint that is nothing but the colours of the corners. Bevy's own material looks for a texture in every pixel, which a
/// software renderer has to pay for.
#[derive(Asset, AsBindGroup, TypePath, Clone, Default)]
struct Paint {}

const SHADER: Handle<Shader> = uuid_handle!("3f0b2f3a-5a2e-4b6e-9a58-0d1c2b7f4e61");
const SHADER_TEXT: &str = "
#import bevy_sprite::mesh2d_vertex_output::VertexOutput

@fragment
fn fragment(mesh: VertexOutput) -> @location(0) vec4<f32> {
    return mesh.color;
}
";

impl Material2d for Paint {
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }

    fn alpha_mode(&self) -> AlphaMode2d {
        AlphaMode2d::Blend
    }
}

/// When systems put the sheet on show; what draws it comes before.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Show;

#[derive(Component)]
struct Sheet(usize);

/// A word of a layer, by its index.
#[derive(Component)]
struct Word {
    layer: usize,
    index: usize,
}

/// Corners, and corners of triangles, of the smallest mesh.
const FEWEST: usize = 3 * 1024;

/// Adds what shows the sheet. The camera is the app's own affair.
pub fn plugin(app: &mut App) {
    if let Some(mut shaders) = app.world_mut().get_resource_mut::<Assets<Shader>>() {
        let _ = shaders.insert(&SHADER, Shader::from_wgsl(SHADER_TEXT, "stage/paint.wgsl"));
    }
    app.add_plugins(Material2dPlugin::<Paint>::default());
    app.init_resource::<Picture>().add_systems(Startup, set_up).add_systems(Update, (show, write).in_set(Show));
}

fn set_up(mut commands: Commands, mut meshes: ResMut<Assets<Mesh>>, mut materials: ResMut<Assets<Paint>>) {
    let material = materials.add(Paint::default());
    for layer in 0..2 {
        commands.spawn((
            Sheet(layer),
            Mesh2d(meshes.add(mesh_of(&Layer::default(), Vec2::ONE))),
            MeshMaterial2d(material.clone()),
            Transform::from_xyz(0.0, 0.0, 10.0 * layer as f32),
            NoFrustumCulling,
        ));
    }
}

fn show(picture: Res<Picture>, mut meshes: ResMut<Assets<Mesh>>, sheets: Query<(&Sheet, &Mesh2d)>) {
    if !picture.is_changed() {
        return;
    }
    for (sheet, mesh) in &sheets {
        // A mesh that is not to be had any more cannot be shown either.
        let _ = meshes.insert(&mesh.0, mesh_of(&picture.canvas.layers[sheet.0], picture.canvas.size));
    }
}

fn mesh_of(layer: &Layer, size: Vec2) -> Mesh {
    let place = |&corner: &Vec2| [corner.x - 0.5 * size.x, 0.5 * size.y - corner.y, 0.0];
    let mut places: Vec<[f32; 3]> = layer.corners.iter().map(place).collect();
    let (mut colours, mut triangles) = (layer.colours.clone(), layer.triangles.clone());
    places.resize(roomy(places.len()), [0.0; 3]);
    colours.resize(places.len(), [0.0; 4]);
    triangles.resize(roomy(triangles.len()), 0);
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, places)
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, colours)
        .with_inserted_indices(Indices::U32(triangles))
}

/// A count that is a little larger, so that it is the same for most frames and the renderer's memory is seldom allotted
/// anew.
fn roomy(count: usize) -> usize {
    count.max(1).next_multiple_of((count.next_power_of_two() / 8).max(FEWEST).next_multiple_of(3))
}

type WordParts = (
    &'static Word,
    &'static mut Text2d,
    &'static mut TextFont,
    &'static mut TextColor,
    &'static mut Transform,
    &'static mut Anchor,
    &'static mut Visibility,
);

fn write(picture: Res<Picture>, mut commands: Commands, mut texts: Query<WordParts>, mut known: Local<[usize; 2]>) {
    if !picture.is_changed() {
        return;
    }
    let canvas = &picture.canvas;
    for (word, mut text, mut font, mut colour, mut transform, mut anchor, mut visibility) in &mut texts {
        let Some(words) = canvas.layers[word.layer].words.get(word.index) else {
            visibility.set_if_neq(Visibility::Hidden);
            continue;
        };
        visibility.set_if_neq(Visibility::Inherited);
        // Only what has changed is laid out anew.
        if text.0 != words.text {
            text.0.clone_from(&words.text);
        }
        let size = FontSize::Px(words.size.round().max(1.0));
        if font.font_size != size {
            font.font_size = size;
        }
        colour.set_if_neq(TextColor(colour_of(words)));
        transform.set_if_neq(place_of(words, word.layer, canvas.size));
        anchor.set_if_neq(anchor_of(words));
    }
    for (layer, known) in known.iter_mut().enumerate() {
        for (index, words) in canvas.layers[layer].words.iter().enumerate().skip(*known) {
            commands.spawn((
                Word { layer, index },
                Text2d(words.text.clone()),
                TextFont { font_size: FontSize::Px(words.size.round().max(1.0)), ..default() },
                TextLayout { linebreak: LineBreak::NoWrap, ..default() },
                TextColor(colour_of(words)),
                place_of(words, layer, canvas.size),
                anchor_of(words),
            ));
        }
        *known = canvas.layers[layer].words.len().max(*known);
    }
}

fn colour_of(words: &Words) -> Color {
    let [red, green, blue, opacity] = words.colour.linear();
    Color::linear_rgba(red, green, blue, opacity)
}

fn place_of(words: &Words, layer: usize, size: Vec2) -> Transform {
    // Letters are crisp where they lie on whole pixels.
    let place = (words.place - 0.5 * size).round();
    Transform::from_xyz(place.x, -place.y, 10.0 * layer as f32 + 5.0)
}

fn anchor_of(words: &Words) -> Anchor {
    match words.align {
        Align::Left => Anchor::CENTER_LEFT,
        Align::Middle => Anchor::CENTER,
        Align::Right => Anchor::CENTER_RIGHT,
    }
}
