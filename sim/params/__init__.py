"""Every number of the model, grouped in sections; ``Params`` holds one of each."""

from __future__ import annotations

from sim.params.accounts import Costs
from sim.params.capacity import CallLength, Plant, Rebates
from sim.params.change import Change
from sim.params.channel import Channel
from sim.params.customers import (
    Advertising,
    Awareness,
    Choice,
    Experience,
    Funnel,
    Lapse,
    Loyalty,
    Needs,
    Network,
    Relationship,
    Talk,
)
from sim.params.feedback import Feedback
from sim.params.information import Database, Information
from sim.params.labour_market import LabourMarket, Recruiting
from sim.params.learning import Learning
from sim.params.management import Forms, Management
from sim.params.managers_time import ManagersTime
from sim.params.market import Promotion, Studies
from sim.params.meetings import Control, Meetings
from sim.params.motives import Motives
from sim.params.offer_variants import Variants
from sim.params.partners import Partners
from sim.params.people import People
from sim.params.pitch import Pitch
from sim.params.projects import Projects
from sim.params.rival_force import RivalForce
from sim.params.rivals import Rivals
from sim.params.salesforce import Calls, Hours
from sim.params.service_quality import ServiceQuality
from sim.params.start import Start
from sim.params.tastes import Tastes
from sim.params.upkeep import Service, Technical
from sim.quantity import Section


class Params(Section):
    """The numbers of all mechanisms, one section each; ``[params.<section>]`` in a scenario file."""

    awareness: Awareness = Awareness()
    advertising: Advertising = Advertising()
    talk: Talk = Talk()
    network: Network = Network()
    needs: Needs = Needs()
    choice: Choice = Choice()
    loyalty: Loyalty = Loyalty()
    experience: Experience = Experience()
    funnel: Funnel = Funnel()
    lapse: Lapse = Lapse()
    relationship: Relationship = Relationship()
    channel: Channel = Channel()
    hours: Hours = Hours()
    calls: Calls = Calls()
    management: Management = Management()
    forms: Forms = Forms()
    people: People = People()
    database: Database = Database()
    rivals: Rivals = Rivals()
    costs: Costs = Costs()
    partners: Partners = Partners()
    information: Information = Information()
    labour_market: LabourMarket = LabourMarket()
    recruiting: Recruiting = Recruiting()
    learning: Learning = Learning()
    meetings: Meetings = Meetings()
    control: Control = Control()
    motives: Motives = Motives()
    service: Service = Service()
    technical: Technical = Technical()
    promotion: Promotion = Promotion()
    studies: Studies = Studies()
    projects: Projects = Projects()
    start: Start = Start()
    call_length: CallLength = CallLength()
    rebates: Rebates = Rebates()
    plant: Plant = Plant()
    service_quality: ServiceQuality = ServiceQuality()
    feedback: Feedback = Feedback()
    rival_force: RivalForce = RivalForce()
    change: Change = Change()
    managers_time: ManagersTime = ManagersTime()
    pitch: Pitch = Pitch()
    tastes: Tastes = Tastes()
    offer_variants: Variants = Variants()
