/** Towns, names of streets and words of organisations that surrogates are taken from. Written down from general knowledge. */
const list = (names: string): readonly string[] =>
  names
    .trim()
    .split(/\s*\|\s*|\n\s*/)
    .filter((name) => name !== '')

export const TOWNS = list(`
  Aachen|Aalborg|Aarhus|Aberdeen|Adelaide|Alicante|Almere|Amiens|Anchorage|Ancona|Annecy|Antibes|Antwerp|Arezzo|Arnhem
  Ashford|Aspen|Atlanta|Auckland|Augsburg|Austin|Avignon|Bakersfield|Ballarat|Baltimore|Bamberg|Bangor|Barnsley|Basel|Bath
  Bayreuth|Bedford|Belfast|Bendigo|Bergen|Berkeley|Bern|Bielefeld|Bilbao|Birmingham|Blackpool|Bochum|Boise|Bologna|Bolton
  Bonn|Bordeaux|Boulder|Bournemouth|Bradford|Braga|Bremen|Brescia|Brest|Bridgeport|Brighton|Brisbane|Bristol|Brno|Bruges
  Buffalo|Burgos|Burlington|Bydgoszcz|Caen|Cairns|Calgary|Cambridge|Canberra|Cannes|Canterbury|Cardiff|Carlisle|Catania
  Charleroi|Charleston|Chelmsford|Chemnitz|Chester|Chesterfield|Cincinnati|Cleveland|Coburg|Coimbra|Colchester|Columbus|Como
  Cork|Coventry|Cremona|Crewe|Darlington|Darmstadt|Dayton|Delft|Denver|Derby|Dijon|Doncaster|Dordrecht|Dortmund|Dover
  Dresden|Duisburg|Duluth|Dundee|Dunedin|Durham|Eastbourne|Edinburgh|Edmonton|Eindhoven|Elblag|Emden|Erfurt|Erlangen|Espoo
  Essen|Eugene|Evora|Exeter|Fargo|Faro|Ferrara|Flagstaff|Flensburg|Foggia|Folkestone|Frankfurt|Fredericton|Freiburg
  Fresno|Fulda|Galway|Gateshead|Gdansk|Gdynia|Geelong|Genoa|Ghent|Gijon|Girona|Glasgow|Gloucester|Gothenburg|Gouda|Granada
  Graz|Grenoble|Grimsby|Groningen|Guildford|Haarlem|Halifax|Halle|Hamburg|Hamilton|Hanover|Harrogate|Hartford|Hastings
  Heidelberg|Heilbronn|Helsingborg|Hereford|Hobart|Houston|Huddersfield|Huelva|Hull|Ingolstadt|Innsbruck|Inverness
  Ipswich|Jacksonville|Jena|Joensuu|Kaiserslautern|Kalmar|Karlsruhe|Kassel|Katowice|Kettering|Kiel|Kilkenny|Kingston|Knoxville
  Koblenz|Konstanz|Krakow|Krefeld|Kristiansand|Kuopio|Lahti|Lancaster|Landshut|Lansing|Launceston|Lausanne|Leeds|Leeuwarden
  Leicester|Leiden|Leipzig|Leuven|Lexington|Liberec|Lille|Limerick|Limoges|Lincoln|Linz|Lisbon|Liverpool|Livorno|Ljubljana
  Lodz|Logrono|Lublin|Lucca|Lucerne|Lugano|Luton|Lyon|Maastricht|Macon|Madison|Magdeburg|Maidstone|Mainz|Malaga|Malmo
  Mannheim|Mansfield|Mantua|Maribor|Memphis|Metz|Middlesbrough|Milton Keynes|Milwaukee|Minneapolis|Mobile|Modena|Montpellier
  Montreal|Mulhouse|Munster|Murcia|Namur|Nancy|Nantes|Naples|Nashville|Newcastle|Newport|Nijmegen|Nimes|Northampton
  Norwich|Nottingham|Nuremberg|Oakland|Odense|Oldenburg|Olomouc|Omaha|Orebro|Orlando|Osnabruck|Ostend|Ottawa|Oulu|Oviedo
  Oxford|Padua|Paderborn|Palermo|Pamplona|Parma|Passau|Peoria|Perpignan|Perth|Perugia|Pescara|Peterborough|Philadelphia
  Phoenix|Piacenza|Pilsen|Pisa|Pittsburgh|Plymouth|Poitiers|Pori|Porto|Portsmouth|Potsdam|Poznan|Preston|Providence|Quebec
  Raleigh|Ravenna|Reading|Regensburg|Regina|Reims|Rennes|Reno|Rheine|Richmond|Rimini|Rochdale|Rochester|Rockford|Rosenheim
  Rostock|Rotherham|Rotterdam|Rouen|Sacramento|Salamanca|Salerno|Salford|Salisbury|Salzburg|San Antonio|Santander
  Saskatoon|Savannah|Scranton|Seattle|Segovia|Seville|Sheffield|Shrewsbury|Siegen|Siena|Slough|Southampton|Southport|Spokane
  Springfield|St Albans|Stavanger|Stirling|Stockport|Strasbourg|Stuttgart|Sudbury|Sunderland|Swansea|Swindon|Szczecin|Szeged
  Tacoma|Tallahassee|Tampere|Taranto|Tarragona|Taunton|Telford|Tilburg|Toledo|Topeka|Torquay|Torun|Toulouse|Tours|Townsville
  Trento|Treviso|Trier|Trieste|Tromso|Trondheim|Troyes|Truro|Tucson|Tulsa|Turin|Turku|Udine|Ulm|Uppsala|Utrecht|Vaasa
  Valencia|Valladolid|Vancouver|Vannes|Varese|Verona|Vicenza|Vienna|Vigo|Villach|Vitoria|Wakefield|Walsall|Warrington
  Warsaw|Waterford|Watford|Wells|Weymouth|Wichita|Wigan|Winchester|Windsor|Winnipeg|Winterthur|Wismar|Woking|Wolfsburg
  Wolverhampton|Worcester|Wrexham|Wroclaw|Wurzburg|Yeovil|York|Zadar|Zagreb|Zaragoza|Zielona Gora|Zurich|Zwolle`)

/** Single words. */
export const STREETS = list(`
  Abbey|Acacia|Albany|Alder|Alma|Apple|Arbor|Arlington|Aspen|Badger|Balmoral|Bayview|Beech|Belmont|Birch|Blossom|Bluebell
  Bramble|Brewery|Brook|Cambrian|Canal|Canterbury|Carlton|Castle|Cedar|Chapel|Cherry|Chestnut|Church|Clarence|Clifton|Clover
  Coach|Copper|Cornwall|Coronation|Cottage|Cypress|Dogwood|Douglas|Eagle|Elder|Elm|Elmwood|Fairfield|Falcon|Farm|Fern
  Fieldstone|Forge|Fountain|Foxglove|Garden|Gladstone|Glebe|Grange|Granite|Grosvenor|Harbour|Hawthorn|Hazel|Heather|Heron
  Hickory|Highfield|Holly|Honeysuckle|Ivy|Jasmine|Jubilee|Juniper|Kestrel|Kingfisher|Laburnum|Lakeside|Lancaster|Larch|Laurel
  Lavender|Lilac|Lime|Linden|Locust|Magnolia|Manor|Maple|Market|Marlborough|Meadow|Mill|Mulberry|Myrtle|Nelson|Newton
  Nightingale|Northfield|Nutmeg|Oak|Oakwood|Olive|Orchard|Osprey|Palm|Park|Pear|Pebble|Pine|Plum|Poplar|Primrose|Quarry
  Quince|Raven|Redwood|Regent|Robin|Rosemary|Rowan|Saffron|Sandpiper|Sandstone|School|Silver|Skylark|Spruce|Station|Sunset
  Swallow|Swan|Sycamore|Tanner|Thistle|Thornhill|Tulip|Valley|Victoria|Vine|Violet|Walnut|Waterloo|Weaver|Wellington|Westfield
  Wheatfield|Willow|Windmill|Winslow|Woodland|Wren|Yew`)

/** First parts of names of firms that do not exist, as far as we know; a second part is added. */
export const FIRM_BEGINNINGS = list(`
  Alder|Amber|Aqua|Arbor|Arc|Aster|Atlas|Aven|Beacon|Birch|Blue|Bold|Bright|Calder|Canto|Cedar|Cinder|Clear|Cobalt|Copper
  Coral|Crest|Delta|Dove|Drift|Echo|Elder|Ember|Ever|Fair|Fern|Flint|Fox|Frost|Glen|Gold|Grand|Green|Harbor|Hazel|Helio
  High|Indigo|Iron|Ivory|Juniper|Kite|Lark|Lumen|Lunar|Maple|Marble|Meridian|Mill|Mint|Nimbus|North|Nova|Oak|Onyx|Opal|Orbit
  Orchard|Pebble|Pine|Polar|Prime|Quartz|Quill|Raven|Red|River|Rowan|Sable|Sage|Salt|Silver|Slate|Solar|Spruce|Stellar|Stone
  Summit|Swift|Tern|Thistle|Tidal|Timber|Umber|Vale|Velvet|Verdant|Vista|Willow|Wind|Zephyr`)
export const FIRM_ENDS = list(`
  arc|bay|beam|bell|bend|bridge|brook|cast|cliff|cove|craft|crest|dale|field|fin|flow|forge|gate|grove|haven|hill|hub|kind
  lane|leaf|line|link|loom|mark|mere|mont|path|peak|point|port|ridge|rise|rock|shore|spring|star|step|stone|stream|tide|track
  vale|view|wave|way|well|wharf|wing|wood|works|yard`)
