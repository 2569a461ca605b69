"""Data classes of Kotlin, Swift, Java, C#, Go and Rust."""

from __future__ import annotations

import pytest

from colonnade.sources.markdown.forms import relatives
from support.forms import PLACE, column, columns

LANGUAGES = {
    "kotlin": (
        "data class Boat(\n"
        "  val id: UUID,\n"
        '  @Column("n") val name: String, // max 40 chars\n'
        "  val length: BigDecimal? = null,\n"
        "  val tags: List<String>\n"
        ")"
    ),
    "swift": (
        "struct Boat: Codable {\n"
        "  let id: UUID\n"
        "  var name: String // max 40 chars\n"
        "  var length: Decimal?\n"
        "  var tags: [String]\n"
        "  func sail() { }\n"
        "}"
    ),
    "csharp": (
        "public class Boat {\n"
        "  [Key]\n"
        "  public Guid id { get; set; }\n"
        "  public string name { get; set; } // max 40 chars\n"
        "  public decimal? length { get; set; }\n"
        "  public List<string> tags { get; set; }\n"
        "}"
    ),
    "rust": (
        "pub struct Boat {\n"
        "  pub id: Uuid,\n"
        "  pub name: String, // max 40 chars\n"
        "  pub length: Option<Decimal>,\n"
        "  pub tags: Vec<String>,\n"
        "}"
    ),
    "java": (
        "public class Boat {\n"
        "  private UUID id;\n"
        "  private String name; // max 40 chars\n"
        "  private Optional<BigDecimal> length;\n"
        "  private List<String> tags;\n"
        "  public void sail() { }\n"
        "}"
    ),
    "go": (
        "type Boat struct {\n"
        '  id uuid.UUID `json:"id"`\n'
        "  name string // max 40 chars\n"
        "  length *decimal.Decimal\n"
        "  tags []string\n"
        "}"
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_members(language: str) -> None:
    found = relatives.read(LANGUAGES[language], PLACE)
    assert columns(found, "Boat") == ["id", "name", "length", "tags"]
    assert column(found, "Boat", "id")["primary_key"] is True
    assert column(found, "Boat", "id")["type"].lower() in ("uuid", "guid")
    assert column(found, "Boat", "name")["max_length"] == 40
    assert column(found, "Boat", "length")["nullable"] is True
    assert column(found, "Boat", "tags")["type"].lower() == "string[]"


def test_functions_give_nothing() -> None:
    assert relatives.read("fun total(a: Int, b: Int): Int {\n  return a + b\n}", PLACE) is None
