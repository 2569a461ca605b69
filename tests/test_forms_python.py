"""Python fences: SQLModel, SQLAlchemy, Pydantic, dataclasses, Django; parsed and never executed."""

from __future__ import annotations

from colonnade.sources.markdown.forms import django, python
from support.forms import PLACE, column, columns, entity, names, relations

KENNEL = '''
class Mood(str, Enum):
    CALM = "calm"
    WILD = "wild"

class DogBase(SQLModel):
    name: str = Field(min_length=1, max_length=60, index=True)

class Dog(DogBase, table=True):
    """A dog in our care."""
    __tablename__ = "dogs"
    __table_args__ = (UniqueConstraint("name", "run_id", name="uq_dog"), CheckConstraint("weight > 0"))

    id: Optional[uuid.UUID] = Field(default_factory=uuid4, primary_key=True)
    run_id: int = Field(foreign_key="runs.id", ondelete="CASCADE")  # where it sleeps }
    weight: Decimal = Field(default=0, ge=0, le=120)
    mood: Mood = Field(default=Mood.CALM)
    note: str | None = None
    traits: list[str] = Field(default=[], sa_column=Column(ARRAY(String)))
    seen_at: datetime = Field(
        default_factory=datetime.utcnow, sa_column=Column(DateTime(timezone=True), nullable=False)
    )
    run: Optional["Run"] = Relationship(back_populates="dogs")
    walks: list["Walk"] = Relationship(back_populates="dog")

class DogCreate(DogBase):
    run_id: int

class DogRead(DogBase):
    id: uuid.UUID
'''


def test_sqlmodel_tables_only() -> None:
    found = python.read(KENNEL, PLACE)
    assert found is not None and found.form == "sqlmodel" and names(found) == ["Dog"]
    assert column(found, "Dog", "name") == {"type": "string", "nullable": False, "min_length": 1, "max_length": 60}
    assert column(found, "Dog", "id") == {
        "type": "uuid",
        "nullable": False,
        "primary_key": True,
        "default": "gen_random_uuid()",
    }
    assert column(found, "Dog", "mood") == {
        "type": "Mood",
        "nullable": False,
        "default": "'calm'",
        "enum_values": ("calm", "wild"),
    }
    assert column(found, "Dog", "note") == {"type": "string", "nullable": True}
    assert column(found, "Dog", "seen_at") == {"type": "timestamptz", "nullable": False, "default": "now()"}
    assert column(found, "Dog", "traits")["type"] == "varchar[]"
    assert relations(found, "Dog") == [("many-to-one", "runs", "run_id"), ("one-to-many", "Walk", None)]
    dog = entity(found, "Dog")
    assert dog.table is not None and dog.table.value == "dogs" and dog.description == "A dog in our care."
    assert [one.value for one in dog.constraints] == ["weight >= 0", "weight <= 120", "weight > 0"]
    assert [one.columns.value for one in dog.uniques] == [("name", "run_id")]


def test_sqlalchemy_of_both_styles_and_a_class_that_breaks_off() -> None:
    found = python.read(
        """
        class Base(DeclarativeBase): ...
        class Ship(Base):
            __tablename__ = 'ships'
            id = Column(UUID(as_uuid=True), primary_key=True, default=uuid.uuid4)
            name = Column(String(80), unique=True, nullable=False)
            flag = Column(Enum('no', 'se', name='flag'), server_default='no')
            built = Column(DateTime(timezone=True), server_default=func.now())
        class Berth(Base):
            __tablename__ = 'berths'
            id: Mapped[int] = mapped_column(primary_key=True)
            ship_id: Mapped[Optional[int]] = mapped_column(ForeignKey("ships.id", ondelete="SET NULL"), index=True)
            ship: Mapped["Ship"] = relationship(back_populates="berths")
            depth = Column(
        """,
        PLACE,
    )
    assert names(found) == ["Ship", "Berth"]
    assert column(found, "Ship", "name") == {"type": "varchar(80)", "nullable": False, "unique": True}
    assert column(found, "Ship", "flag") == {
        "type": "enum",
        "nullable": True,
        "default": "'no'",
        "enum_values": ("no", "se"),
    }
    assert column(found, "Ship", "built") == {"type": "timestamptz", "nullable": True, "default": "now()"}
    assert relations(found, "Berth") == [("many-to-one", "ships", "ship_id")]
    assert entity(found, "Berth").relationships[0].on_delete is not None


def test_plain_data_without_transfer_objects_and_services() -> None:
    found = python.read(
        """
@dataclass(frozen=True)
class Recipe:
    id: str  # UUID
    kind: Literal["soup", "bread"]
    notes: "str | None" = None  # max 500 chars
    steps: list[Step] = field(default_factory=list)
    meta: dict[str, Any] = field(default_factory=dict)
    def cook(self): ...

class Step(BaseModel):
    text: Annotated[str, Field(max_length=200)]

class RecipeResponse(BaseModel):
    id: str

class LoginRequest(BaseModel):
    email: str

class LeaveRequest(BaseModel):
    id: int
    days: int

class RecipeService:
    repo: Repo
""",
        PLACE,
    )
    assert names(found) == ["Recipe", "Step", "LeaveRequest"]
    assert column(found, "Recipe", "id") == {"type": "uuid", "nullable": False, "primary_key": True}
    assert column(found, "Recipe", "kind") == {"type": "enum", "nullable": False, "enum_values": ("soup", "bread")}
    assert column(found, "Recipe", "notes") == {"type": "string", "nullable": True, "max_length": 500}
    assert columns(found, "Recipe") == ["id", "kind", "notes", "meta"]
    assert relations(found, "Recipe") == [("one-to-many", "Step", None)]


DJANGO = """
class Stamped(models.Model):
    made = models.DateTimeField(auto_now_add=True)
    class Meta:
        abstract = True

class Loan(Stamped):
    class State(models.TextChoices):
        OUT = "out", "Out"
        BACK = "back", "Back"
    SHELF = [("a", "A"), ("b", "B")]
    reader = models.ForeignKey("people.Reader", on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OUT)
    shelf = models.CharField(max_length=1, choices=SHELF, null=True, blank=True)
    fee = models.DecimalField(max_digits=6, decimal_places=2, default=0)
    card = models.OneToOneField(Card, on_delete=models.CASCADE)
    tags = models.ManyToManyField(Tag)
    class Meta:
        db_table = "loans"
        unique_together = ("reader", "state")
        indexes = [models.Index(fields=["-made", "reader"], name="recent")]
"""


def test_django() -> None:
    found = python.read(DJANGO, PLACE)
    assert found is not None and found == django.read(DJANGO, PLACE) and names(found) == ["Loan"]
    assert column(found, "Loan", "reader_id") == {"nullable": False, "references": "Reader", "on_delete": "RESTRICT"}
    assert column(found, "Loan", "state")["enum_values"] == ("out", "back")
    assert column(found, "Loan", "shelf") == {"type": "varchar(1)", "nullable": True, "enum_values": ("a", "b")}
    assert column(found, "Loan", "made") == {"type": "timestamptz", "nullable": False, "default": "now()"}
    assert relations(found, "Loan") == [
        ("many-to-one", "Reader", "reader_id"),
        ("one-to-one", "Card", "card_id"),
        ("many-to-many", "Tag", None),
    ]
    assert [one.columns.value for one in entity(found, "Loan").indexes] == [("made DESC", "reader_id")]
    assert [one.columns.value for one in entity(found, "Loan").uniques] == [("reader_id", "state")]


def test_code_is_never_run_and_functions_give_nothing() -> None:
    python.read("import os\nos.abort()\nclass A(SQLModel, table=True):\n    x: int = os.abort()", PLACE)
    assert python.read("def f(x): return x\nprint(f(1))", PLACE) is None
    assert python.read("session.query(Task).filter(Task.id == 1)", PLACE) is None
