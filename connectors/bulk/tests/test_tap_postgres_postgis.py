"""tap-postgres: PostGIS geometry and geography arrive as GeoJSON."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from postgres_server import PostgresServer
from tap_runs import Extract, TapRuns

from tapctl_bulk.common.exact_json import dumps, loads

OBJECT = {"additionalProperties": True, "type": ["object", "null"]}
TEXT = {"type": ["string", "null"]}

# name: type, literal, JSON of the value
CASES = {
    "point": (
        "gis.geometry(Point, 4326)",
        "'SRID=4326;POINT(13.123456789012345 -52.5)'",
        # 15 decimals of the same double.
        '{"type":"Point","coordinates":[13.123456789012344,-52.5]}',
    ),
    "point_z": (
        "gis.geometry(PointZ, 4326)",
        "'SRID=4326;POINT Z (1 2 3.25)'",
        '{"type":"Point","coordinates":[1,2,3.25]}',
    ),
    "point_empty": ("gis.geometry", "'POINT EMPTY'", '{"type":"Point","coordinates":[]}'),
    "line": (
        "gis.geometry",
        "'LINESTRING(0 0, 1.5 1)'",
        '{"type":"LineString","coordinates":[[0,0],[1.5,1]]}',
    ),
    "polygon_with_hole": (
        "gis.geometry",
        "'POLYGON((0 0,9 0,9 9,0 0),(5 3,6 3,6 4,5 3))'",
        '{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]],[[5,3],[6,3],[6,4],[5,3]]]}',
    ),
    "multipoint": (
        "gis.geometry",
        "'MULTIPOINT(1 2, 3 4)'",
        '{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}',
    ),
    "collection": (
        "gis.geometry",
        "'GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(0 0, 1 1))'",
        '{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},'
        '{"type":"LineString","coordinates":[[0,0],[1,1]]}]}',
    ),
    "other_reference_system": (
        "gis.geometry(Point, 25832)",
        "'SRID=25832;POINT(691607.5 5334760.25)'",
        '{"type":"Point","crs":{"type":"name","properties":{"name":"EPSG:25832"}},'
        '"coordinates":[691607.5,5334760.25]}',
    ),
    "geography": (
        "gis.geography(Point)",
        "'POINT(-0.1276 51.5072)'",
        '{"type":"Point","coordinates":[-0.1276,51.5072]}',
    ),
}


@pytest.fixture(scope="module")
def extract(server: PostgresServer) -> Iterator[Extract]:
    if not server.query("select 1 from pg_available_extensions where name = 'postgis'"):
        pytest.skip("PostGIS is not installed, such as postgresql-15-postgis-3 of Debian")
    columns = ", ".join(f"{name} {type_}" for name, (type_, _, _) in CASES.items())
    literals = ", ".join(literal for _, literal, _ in CASES.values())
    server.query(
        "create schema gis; create extension postgis schema gis; create schema maps;"
        f"create table maps.places (id integer primary key, points gis.geometry[], {columns});"
        f"insert into maps.places values (1, array['POINT(1 2)'::gis.geometry], {literals});"
        "insert into maps.places (id) values (2)"
    )
    tap = TapRuns(server)
    yield tap.run(tap.catalog({"maps-places": None}))
    server.query("drop schema maps cascade; drop schema gis cascade")


@pytest.mark.parametrize("name", CASES)
def test_tap_sends_geometry_as_geojson(extract: Extract, name: str) -> None:
    assert extract.code == 0, extract.log
    first, second = extract.records()
    assert dumps(first[name]) == dumps(loads(CASES[name][2]))
    assert second[name] is None
    assert extract.schema("maps-places")["schema"]["properties"][name] == OBJECT


def test_tap_sends_an_array_of_geometry_as_text(extract: Extract, server: PostgresServer) -> None:
    (points,) = server.query("select points::text from maps.places where id = 1")[0]
    assert extract.records()[0]["points"] == points
    assert extract.schema("maps-places")["schema"]["properties"]["points"] == TEXT


def test_tap_names_the_fix_for_curves(extract: Extract, server: PostgresServer) -> None:
    server.query(
        "create table maps.curves (id integer primary key, g gis.geometry);"
        "insert into maps.curves values (1, 'CIRCULARSTRING(0 0, 1 1, 2 0)')"
    )
    tap = TapRuns(server)
    error = tap.run(tap.catalog({"maps-curves": None})).error
    assert "'CircularString' geometry type not supported" in error
    assert "ST_CurveToLine" in error
